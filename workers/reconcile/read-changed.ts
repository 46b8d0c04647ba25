import { ORDER_COLUMNS, type OrderColumns, type OrderRow, toOrder } from '../../contract/orders/order-row.ts'
import { type Pool, select } from '../../platform/mysql.ts'

const PAGE = 500

/** The orders of a sale that changed after they were made, since a time (ms), page by page. */
export async function readChanged(mysql: Pool, sale: number, sinceMs: number): Promise<OrderRow[][]> {
  const rows = await select<OrderColumns>(
    mysql,
    `SELECT ${ORDER_COLUMNS} FROM orders WHERE sale_id = ? AND updated_at >= ? AND version > 1 ORDER BY number`,
    [sale, new Date(sinceMs)],
  )
  const orders = rows.map((row) => toOrder(sale, row))
  return Array.from({ length: Math.ceil(orders.length / PAGE) }, (_, i) =>
    orders.slice(i * PAGE, (i + 1) * PAGE),
  )
}
