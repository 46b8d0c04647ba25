import type { ResultSetHeader } from 'mysql2'
import { type Db, select } from '../../platform/mysql.ts'
import type { OrderState } from '../words.ts'
import { ORDER_EDGES } from './order-edges.ts'
import { ORDER_COLUMNS, type OrderColumns, type OrderKey, type OrderRow, toOrder } from './order-row.ts'

/** An order, locked until the transaction ends. Lock its sale's row first: the one order of locks that can not deadlock. */
export async function lockOrder(db: Db, { sale, number }: OrderKey): Promise<OrderRow | undefined> {
  const [row] = await select<OrderColumns>(
    db,
    `SELECT ${ORDER_COLUMNS} FROM orders WHERE sale_id = ? AND number = ? FOR UPDATE`,
    [sale, number],
  )
  return row && toOrder(sale, row)
}

/**
 * Moves an order along one edge by compare-and-set.
 * @returns the order as it is now, or undefined where it was not in the state it was read in (somebody was first).
 * Throws for an edge that does not exist, and a duplicate key error where the buyer has another live order.
 */
export async function moveOrder(db: Db, order: OrderRow, to: OrderState): Promise<OrderRow | undefined> {
  if (!ORDER_EDGES[order.state].includes(to)) {
    throw new Error(`order ${order.sale}-${order.number}: there is no way from ${order.state} to ${to}`)
  }
  const [result] = await db.query<ResultSetHeader>(
    `UPDATE orders SET state = ?, version = version + 1, updated_at = ?
     WHERE sale_id = ? AND number = ? AND state = ? AND version = ?`,
    [to, new Date(), order.sale, order.number, order.state, order.version],
  )
  return result.affectedRows === 1 ? { ...order, state: to, version: order.version + 1 } : undefined
}
