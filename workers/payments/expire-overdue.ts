import type { OrderRow } from '../../contract/orders/order-row.ts'
import { tellOrders } from '../../contract/orders/tell-orders.ts'
import { allPaid, readSale } from '../../contract/sales.ts'
import type { Sale } from '../../contract/words.ts'
import { type Db, type Pool, select, transaction } from '../../platform/mysql.ts'
import type { Backends } from '../orders/serve-batch.ts'

const MOST = 500

/**
 * Finds the orders whose time to pay is over, by index, and moves them on, sale by sale: one that never opened a payment
 * expires and gives its units back; one that did is `expiring` until the provider has said how it ended.
 * @returns how many orders moved.
 */
export async function expireOverdue({ mysql, redis, log }: Backends): Promise<number> {
  const now = new Date()
  const sales = await select<{ sale_id: number }>(
    mysql,
    `SELECT DISTINCT sale_id FROM orders WHERE state = 'awaiting_payment' AND pay_by <= ?`,
    [now],
  )
  let moved = 0
  for (const { sale_id: id } of sales) {
    const batch = await expireBatch(mysql, id, now)
    if (batch.orders.length === 0) continue
    moved += batch.orders.length
    const numbers = batch.orders.map(({ number }) => number)
    log.info({ sale: id, numbers }, 'orders ran out of time to pay')
    await tellOrders(redis, id, batch.orders, batch.final).catch((error) =>
      log.warn({ err: error, sale: id }, 'expired orders not told, reconciliation will'),
    )
  }
  return moved
}

interface Overdue {
  number: number
  buyer: string
  quantity: number
  amount_cents: number
  currency: string
  version: number
  takes_when_paid: number
  pay_by: Date
  payment: string | null
}

function expireBatch(mysql: Pool, id: number, now: Date): Promise<{ orders: OrderRow[]; final: number }> {
  return transaction(mysql, async (db) => {
    const sale = await readSale(db, id, 'lock')
    if (!sale) return { orders: [], final: 0 }
    const rows = await select<Overdue>(
      db,
      `SELECT o.number, o.buyer, o.quantity, o.amount_cents, o.currency, o.version, o.takes_when_paid, o.pay_by,
              p.state AS payment
       FROM orders o LEFT JOIN payments p ON p.sale_id = o.sale_id AND p.number = o.number
       WHERE o.sale_id = ? AND o.state = 'awaiting_payment' AND o.pay_by <= ?
       ORDER BY o.number LIMIT ${MOST} FOR UPDATE`,
      [id, now],
    )
    const orders = rows.map((row): OrderRow => {
      const state = row.payment === null ? 'expired' : 'expiring'
      const { number, buyer, quantity, currency, version } = row
      return {
        ...{
          sale: id,
          number: Number(number),
          buyer,
          quantity,
          amountCents: Number(row.amount_cents),
          currency,
        },
        ...{
          state,
          version: version + 1,
          takesWhenPaid: row.takes_when_paid === 1,
          payBy: row.pay_by.getTime(),
        },
      }
    })
    await moveAll(
      db,
      sale,
      orders.filter((order) => order.state === 'expired'),
      'expired',
      now,
    )
    await moveAll(
      db,
      sale,
      orders.filter((order) => order.state === 'expiring'),
      'expiring',
      now,
    )
    return { orders, final: allPaid(sale) }
  })
}

/** Moves locked orders that await their payment, all at once; what expires gives its units back in the same transaction. */
async function moveAll(
  db: Db,
  sale: Sale,
  orders: OrderRow[],
  to: 'expired' | 'expiring',
  now: Date,
): Promise<void> {
  if (orders.length === 0) return
  const numbers = orders.map((order) => order.number)
  await db.query(
    `UPDATE orders SET state = ?, version = version + 1, updated_at = ?
     WHERE sale_id = ? AND number IN (?) AND state = 'awaiting_payment'`,
    [to, now, sale.id, numbers],
  )
  if (to === 'expiring') {
    await db.query('UPDATE payments SET ask_at = ? WHERE sale_id = ? AND number IN (?)', [
      now,
      sale.id,
      numbers,
    ])
    return
  }
  const held = orders.filter((order) => !order.takesWhenPaid)
  if (held.length === 0) return
  await db.query('INSERT INTO restores (sale_id, number, quantity, reason, created_at) VALUES ?', [
    held.map((order) => [sale.id, order.number, order.quantity, 'expired', now]),
  ])
  const units = held.reduce((sum, order) => sum + order.quantity, 0)
  await db.query('UPDATE sales SET sold = sold - ? WHERE id = ?', [units, sale.id])
}
