import type { PaymentState } from '../../contract/payments/payment-row.ts'
import type { OrderState, RefusedState } from '../../contract/words.ts'
import { select } from '../../platform/mysql.ts'
import type { Shop } from './shop.ts'

export interface BookedOrder {
  number: number
  buyer: string
  quantity: number
  amount_cents: number
  currency: string
  state: OrderState
  version: number
  units: number
  live: number | null
  pay_by: Date
  payment: PaymentState | null
  restored: number | null
}

export interface Books {
  sale: { stock: number; sold: number; paid: number }
  orders: Map<number, BookedOrder>
  refusals: Map<number, RefusedState>
}

/** What MySQL says of a sale, when nothing else writes to it. */
export async function readBooks({ stores: { mysql }, sale: id }: Shop): Promise<Books> {
  const [[sale], orders, refusals] = await Promise.all([
    select<Books['sale']>(mysql, 'SELECT stock, sold, paid FROM sales WHERE id = ?', [id]),
    select<BookedOrder>(
      mysql,
      `SELECT o.*, p.state AS payment, r.quantity AS restored FROM orders o
       LEFT JOIN payments p ON p.sale_id = o.sale_id AND p.number = o.number
       LEFT JOIN restores r ON r.sale_id = o.sale_id AND r.number = o.number
       WHERE o.sale_id = ? ORDER BY o.number`,
      [id],
    ),
    select<{ number: number; state: RefusedState }>(
      mysql,
      'SELECT number, state FROM refusals WHERE sale_id = ? ORDER BY number',
      [id],
    ),
  ])
  return {
    sale: sale!,
    orders: new Map(orders.map((order) => [order.number, order])),
    refusals: new Map(refusals.map((refusal) => [refusal.number, refusal.state])),
  }
}

/** How many orders are in each state, and the units they asked for. */
export function countStates(books: Books): Partial<Record<OrderState, number>> {
  const counts: Partial<Record<OrderState, number>> = {}
  for (const { state } of books.orders.values()) counts[state] = (counts[state] ?? 0) + 1
  return counts
}
