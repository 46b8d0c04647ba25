import { type Db, select } from '../../platform/mysql.ts'
import type { OrderKey } from '../orders/order-row.ts'

export type PaymentState = 'opening' | 'open' | 'succeeded' | 'void' | 'refunding' | 'refunded'

export interface PaymentRow extends OrderKey {
  amountCents: number
  currency: string
  state: PaymentState
  payUrl: string | undefined
  createdAt: number
}

/** A payment's ID at the provider; it is the order's. */
export const paymentId = ({ sale, number }: OrderKey): string => `${sale}-${number}`

/** The order that a payment's ID names. */
export function orderOf(id: string): OrderKey | undefined {
  const match = /^([1-9]\d{0,8})-([1-9]\d{0,15})$/.exec(id)
  return match ? { sale: Number(match[1]), number: Number(match[2]) } : undefined
}

/** The payment of an order, locked until the transaction ends. Lock the order first. */
export async function lockPayment(db: Db, { sale, number }: OrderKey): Promise<PaymentRow | undefined> {
  const [row] = await select<{
    amount_cents: number
    currency: string
    state: PaymentState
    pay_url: string | null
    created_at: Date
  }>(
    db,
    `SELECT amount_cents, currency, state, pay_url, created_at FROM payments
     WHERE sale_id = ? AND number = ? FOR UPDATE`,
    [sale, number],
  )
  return (
    row && {
      ...{ sale, number, amountCents: Number(row.amount_cents), currency: row.currency, state: row.state },
      ...{ payUrl: row.pay_url ?? undefined, createdAt: row.created_at.getTime() },
    }
  )
}

/** Writes a payment's new state; `askAtMs` is when to ask the provider next, undefined for never. */
export async function setPayment(
  db: Db,
  { sale, number }: OrderKey,
  state: PaymentState,
  askAtMs?: number,
): Promise<void> {
  await db.query(
    'UPDATE payments SET state = ?, ask_at = ?, asked = 0, updated_at = ? WHERE sale_id = ? AND number = ?',
    [state, askAtMs === undefined ? null : new Date(askAtMs), new Date(), sale, number],
  )
}
