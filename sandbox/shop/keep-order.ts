import type { ResultSetHeader } from 'mysql2'
import { type Pool, transaction } from '../../platform/mysql.ts'
import type { TellsOf } from './read-order.ts'

const DUPLICATE = 1062

/** It has come before, and said something else then. */
export class OtherOrder extends Error {}

/**
 * Keeps an order under its message ID, in one transaction: what comes again is counted and changes nothing else.
 * Throws {@link OtherOrder}, or what the database failed with; then nothing was changed.
 */
export function keepOrder(mysql: Pool, order: TellsOf): Promise<'kept' | 'known'> {
  const { messageId, kind, sku, buyer, quantity, amountCents, currency, at } = order
  return transaction(mysql, async (db) => {
    try {
      await db.query(
        `INSERT INTO shop_orders (message_id, kind, sku, buyer, quantity, amount_cents, currency, happened_at, received_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        [messageId, kind, sku, buyer, quantity, amountCents, currency, at, new Date()],
      )
      return 'kept'
    } catch (error) {
      if ((error as { errno?: number }).errno !== DUPLICATE) throw error
    }
    const [same] = await db.query<ResultSetHeader>(
      `UPDATE shop_orders SET deliveries = deliveries + 1 WHERE message_id = ? AND kind = ? AND sku <=> ? AND buyer = ?
       AND quantity = ? AND amount_cents = ? AND currency = ?`,
      [messageId, kind, sku, buyer, quantity, amountCents, currency],
    )
    if (same.affectedRows !== 1) throw new OtherOrder(`message ${messageId} is known with another content`)
    return 'known'
  })
}
