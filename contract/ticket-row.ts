import { type Db, select } from '../platform/mysql.ts'
import type { OrderState, RefusedState } from './words.ts'

/**
 * What MySQL has committed for a ticket: its order's state, or the reason it has none.
 * @returns undefined where it has no row yet. `payBy` is ms, 0 where there is none.
 */
export async function findTicketRow(
  db: Db,
  ticket: { sale: number; number: number; buyer: string },
): Promise<{ state: OrderState | RefusedState; payBy: number } | undefined> {
  const [row] = await select<{ state: OrderState | RefusedState; pay_by: Date | null }>(
    db,
    `SELECT state, pay_by FROM orders WHERE sale_id = ? AND number = ? AND buyer = ?
     UNION ALL
     SELECT state, NULL FROM refusals WHERE sale_id = ? AND number = ? AND buyer = ?`,
    [ticket.sale, ticket.number, ticket.buyer, ticket.sale, ticket.number, ticket.buyer],
  )
  return row && { state: row.state, payBy: row.pay_by?.getTime() ?? 0 }
}
