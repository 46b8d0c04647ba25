import { type Pool, transaction } from '../../platform/mysql.ts'
import { lockOrder, moveOrder } from '../orders/move-order.ts'
import type { OrderKey, OrderRow } from '../orders/order-row.ts'
import { restoreUnits } from '../orders/units.ts'
import { allPaid, readSale } from '../sales.ts'
import { lockPayment, setPayment } from './payment-row.ts'

/**
 * Ends an order whose payment can not succeed any more (there is none, or the provider has made it void), and gives its
 * units back, in one transaction.
 * @param voided what the caller knows of its payment. With 'never opened' an order that has a payment is left alone.
 * @returns the order as it ended, or undefined where it is not unpaid any more.
 */
export function concludeUnpaid(
  mysql: Pool,
  key: OrderKey,
  to: 'expired' | 'cancelled',
  voided: 'void' | 'never opened',
): Promise<{ order: OrderRow; final: number } | undefined> {
  return transaction(mysql, async (db) => {
    const sale = await readSale(db, key.sale, 'lock')
    const order = sale && (await lockOrder(db, key))
    if (!sale || !order || (order.state !== 'awaiting_payment' && order.state !== 'expiring'))
      return undefined
    const payment = await lockPayment(db, key)
    if (payment && voided === 'never opened') return undefined
    if (payment) await setPayment(db, key, 'void')
    const ended = await moveOrder(db, order, to)
    if (!ended) return undefined
    await restoreUnits(db, order, to)
    return { order: ended, final: allPaid(sale) }
  })
}
