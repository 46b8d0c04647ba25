import type { OrderRow } from '../../contract/orders/move-order.ts'
import type { OrderState } from '../../contract/words.ts'
import { type Pool, select } from '../../platform/mysql.ts'

interface Row {
  number: number
  buyer: string
  quantity: number
  amount_cents: number
  currency: string
  state: OrderState
  version: number
  takes_when_paid: number
  pay_by: Date
}

const PAGE = 500

/** The orders of a sale that changed after they were made, since a time (ms), page by page. */
export async function readChanged(mysql: Pool, sale: number, sinceMs: number): Promise<OrderRow[][]> {
  const rows = await select<Row>(
    mysql,
    `SELECT number, buyer, quantity, amount_cents, currency, state, version, takes_when_paid, pay_by
     FROM orders WHERE sale_id = ? AND updated_at >= ? AND version > 1 ORDER BY number`,
    [sale, new Date(sinceMs)],
  )
  const orders = rows.map(
    (row): OrderRow => ({
      ...{
        sale,
        number: Number(row.number),
        buyer: row.buyer,
        quantity: row.quantity,
        currency: row.currency,
      },
      ...{ amountCents: Number(row.amount_cents), state: row.state, version: row.version },
      ...{ takesWhenPaid: row.takes_when_paid === 1, payBy: row.pay_by.getTime() },
    }),
  )
  return Array.from({ length: Math.ceil(orders.length / PAGE) }, (_, i) =>
    orders.slice(i * PAGE, (i + 1) * PAGE),
  )
}
