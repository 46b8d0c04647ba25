import type { OrderKey } from '../contract/orders/order-row.ts'
import type { OrderState } from '../contract/words.ts'
import { type Db, select } from '../platform/mysql.ts'

/** A buyer's own order and, if a payment was begun, since when (ms); undefined for anybody else's. */
export async function findOwnOrder(
  db: Db,
  { sale, number }: OrderKey,
  buyer: string,
): Promise<{ state: OrderState; paymentSince: number | undefined } | undefined> {
  const [row] = await select<{ state: OrderState; created_at: Date | null }>(
    db,
    `SELECT o.state, p.created_at FROM orders o
     LEFT JOIN payments p ON p.sale_id = o.sale_id AND p.number = o.number
     WHERE o.sale_id = ? AND o.number = ? AND o.buyer = ?`,
    [sale, number, buyer],
  )
  return row && { state: row.state, paymentSince: row.created_at?.getTime() }
}
