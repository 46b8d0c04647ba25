import { type Db, type Pool, select, transaction } from '../../platform/mysql.ts'
import { lockOrder, moveOrder } from '../orders/move-order.ts'
import type { OrderKey, OrderRow } from '../orders/order-row.ts'
import { claimUnits, countPaid } from '../orders/units.ts'
import { allPaid, readSale } from '../sales.ts'
import { lockPayment, setPayment } from './payment-row.ts'

/** Money came in, as a webhook or the provider's answer says. */
export interface Success extends OrderKey {
  eventId: string
  kind: string
  /** What was charged; undefined where the provider was asked and only said that it succeeded. */
  charged: { amountCents: number; currency: string } | undefined
}

export type Settled =
  | { outcome: 'unknown' | 'mismatch' | 'repeated' }
  | { outcome: 'paid' | 'refunding'; order: OrderRow; final: number }

/**
 * Settles a payment that succeeded, in ONE transaction with the event that says so: the order is paid if it holds its
 * units or, where it does not any more (or never did), if it can claim them under the guard; else the money goes back.
 * An event, and a payment, has its effect once.
 */
export function settlePayment(mysql: Pool, success: Success): Promise<Settled> {
  return transaction(mysql, async (db): Promise<Settled> => {
    const sale = await readSale(db, success.sale, 'lock')
    const order = sale && (await lockOrder(db, success))
    const payment = order && (await lockPayment(db, success))
    if (!sale || !order || !payment) return { outcome: 'unknown' }
    const { charged } = success
    if (charged && (charged.amountCents !== payment.amountCents || charged.currency !== payment.currency)) {
      return { outcome: 'mismatch' }
    }
    if (['succeeded', 'refunding', 'refunded'].includes(payment.state)) return { outcome: 'repeated' }
    await db.query(
      'INSERT INTO payment_events (event_id, sale_id, number, kind, received_at) VALUES (?, ?, ?, ?, ?)',
      [success.eventId, order.sale, order.number, success.kind, new Date()],
    )
    if (await takesUnits(db, order)) {
      const paid = await moveOrder(db, order, 'paid')
      if (!paid) throw new Error(`order ${order.sale}-${order.number} moved while it was locked`)
      await countPaid(db, order)
      await setPayment(db, order, 'succeeded')
      const final = allPaid({ stock: sale.stock, paid: sale.paid + order.quantity })
      return { outcome: 'paid', order: paid, final }
    }
    const refunding = await moveOrder(db, order, 'refunding')
    if (!refunding) throw new Error(`order ${order.sale}-${order.number} moved while it was locked`)
    await setPayment(db, order, 'refunding', Date.now())
    return { outcome: 'refunding', order: refunding, final: allPaid(sale) }
  })
}

/** Whether the order holds its units, or can claim them now. */
async function takesUnits(db: Db, order: OrderRow): Promise<boolean> {
  const live = order.state === 'awaiting_payment' || order.state === 'expiring'
  if (live && !order.takesWhenPaid) return true
  if (order.state === 'cancelled') return false
  if (!live && (await hasOtherOrder(db, order))) return false
  return claimUnits(db, order.sale, order.quantity)
}

const hasOtherOrder = async (db: Db, { sale, buyer }: OrderRow): Promise<boolean> =>
  (await select(db, 'SELECT 1 FROM orders WHERE buyer = ? AND sale_id = ? AND live = 1', [buyer, sale]))
    .length > 0
