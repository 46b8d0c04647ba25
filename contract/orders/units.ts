import type { ResultSetHeader } from 'mysql2'
import type { Db } from '../../platform/mysql.ts'
import type { OrderRow } from './order-row.ts'

/**
 * Takes units of a sale under the guard that makes overselling impossible; false when so many are not left. A settled sale
 * has none: what it had left is back in the shop.
 */
export async function claimUnits(db: Db, sale: number, units: number): Promise<boolean> {
  const [result] = await db.query<ResultSetHeader>(
    "UPDATE sales SET sold = sold + ? WHERE id = ? AND sold + ? <= stock AND phase <> 'settled'",
    [units, sale, units],
  )
  return result.affectedRows === 1
}

/** Gives the units of an order back to its sale. A second time throws a duplicate key error, which undoes everything. */
export async function restoreUnits(db: Db, order: OrderRow, reason: 'expired' | 'cancelled'): Promise<void> {
  if (order.takesWhenPaid) return
  await db.query(
    'INSERT INTO restores (sale_id, number, quantity, reason, created_at) VALUES (?, ?, ?, ?, ?)',
    [...[order.sale, order.number, order.quantity, reason, new Date()]],
  )
  await db.query('UPDATE sales SET sold = sold - ? WHERE id = ?', [order.quantity, order.sale])
}

/** Counts the units of an order that was just paid; when all are, no unit can come back. */
export async function countPaid(db: Db, order: OrderRow): Promise<void> {
  await db.query('UPDATE sales SET paid = paid + ? WHERE id = ?', [order.quantity, order.sale])
}
