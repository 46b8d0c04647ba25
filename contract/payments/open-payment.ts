import { type Pool, transaction } from '../../platform/mysql.ts'
import { lockOrder } from '../orders/move-order.ts'
import type { OrderKey, OrderRow } from '../orders/order-row.ts'
import type { Sale } from '../words.ts'
import { lockPayment } from './payment-row.ts'

export type Opening =
  | { outcome: 'open'; payUrl: string; order: OrderRow }
  | { outcome: 'opening'; order: OrderRow }
  | { outcome: 'unknown' }
  | { outcome: 'too_late' }
  | { outcome: 'sold_out' }

/**
 * Writes down that a buyer's order is about to be paid, before the provider is asked: from here on the unit is kept
 * until the provider has said how it ended. An order has one payment, however often this is asked. With a short hold the
 * time to pay is prolonged.
 */
export function beginPayment(mysql: Pool, sale: Sale, key: OrderKey, buyer: string): Promise<Opening> {
  return transaction(mysql, async (db): Promise<Opening> => {
    const order = await lockOrder(db, key)
    if (!order || order.buyer !== buyer) return { outcome: 'unknown' }
    const now = Date.now()
    if (order.state !== 'awaiting_payment' || order.payBy <= now) return { outcome: 'too_late' }
    const payment = await lockPayment(db, key)
    if (payment?.state === 'open' && payment.payUrl) return { outcome: 'open', payUrl: payment.payUrl, order }
    if (payment?.state === 'opening') return { outcome: 'opening', order }
    if (payment) return { outcome: 'too_late' }
    if (order.takesWhenPaid && sale.sold >= sale.stock) return { outcome: 'sold_out' }
    await db.query(
      `INSERT INTO payments (sale_id, number, amount_cents, currency, state, created_at, updated_at)
       VALUES (?, ?, ?, ?, 'opening', ?, ?)`,
      [order.sale, order.number, order.amountCents, order.currency, new Date(now), new Date(now)],
    )
    if (sale.deduct !== 'hold') return { outcome: 'opening', order }
    const payBy = now + sale.payWithinS * 1_000
    await db.query(
      'UPDATE orders SET pay_by = ?, version = version + 1, updated_at = ? WHERE sale_id = ? AND number = ?',
      [new Date(payBy), new Date(now), order.sale, order.number],
    )
    return { outcome: 'opening', order: { ...order, payBy, version: order.version + 1 } }
  })
}

/** The provider has the payment. */
export async function paymentOpened(mysql: Pool, key: OrderKey, payUrl: string): Promise<void> {
  await mysql.query(
    `UPDATE payments SET state = 'open', pay_url = ?, updated_at = ?
     WHERE sale_id = ? AND number = ? AND state = 'opening'`,
    [payUrl, new Date(), key.sale, key.number],
  )
}
