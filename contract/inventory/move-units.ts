import type { ResultSetHeader } from 'mysql2/promise'
import type { Db } from '../../platform/mysql.ts'

/** Why the shop's inventory of an article changes (sql/009 and 012 explain each). */
export type MoveReason =
  | 'received'
  | 'registered'
  | 'raised'
  | 'lowered'
  | 'settled'
  | 'returned'
  | 'discarded'

export interface InventoryMove {
  sku: string
  /** Absent for units that came into the shop. */
  sale?: number
  /** More than 0: into the shop; less than 0: out of it, into the sale. */
  units: number
  reason: MoveReason
}

/**
 * Moves units into the shop's inventory or out of it, and writes the move's row. Only inside the transaction that
 * changes the sale: either both happen or neither. Gives false, with nothing written, where there is no such article or
 * it has not so many units. A sale is registered, settled and discarded once: a second time throws a duplicate key error,
 * which undoes everything. Nothing is moved, and no row written, for 0 units.
 */
export async function moveUnits(db: Db, { sku, sale, units, reason }: InventoryMove): Promise<boolean> {
  if (units === 0) return true
  const [result] = await db.query<ResultSetHeader>(
    'UPDATE shop_inventory SET on_hand = on_hand + ? WHERE sku = ? AND on_hand + ? >= 0',
    [units, sku, units],
  )
  if (result.affectedRows !== 1) return false
  await db.query(
    'INSERT INTO inventory_moves (sku, sale_id, units, reason, created_at) VALUES (?, ?, ?, ?, ?)',
    [sku, sale ?? null, units, reason, new Date()],
  )
  return true
}
