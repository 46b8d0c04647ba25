import type { Fate } from '../../contract/line/reserve.ts'
import type { OrderState, RefusedState } from '../../contract/words.ts'
import { type Db, select } from '../../platform/mysql.ts'
import type { Flight } from './flight.ts'

export interface Known {
  /** The rows that these tickets have already, by number. */
  rows: Map<number, Fate>
  /** The buyers among them who hold a live order of this sale. */
  holders: string[]
}

interface Row {
  number: number
  buyer: string
  quantity: number
  state: OrderState | RefusedState | 'holder'
  pay_by: Date | null
  version: number
}

/** What MySQL already has for these tickets and their buyers. Call it under the lock of the sale's row. */
export async function readKnown(db: Db, sale: number, flights: Flight[]): Promise<Known> {
  const numbers = flights.map((flight) => flight.ticket.number)
  const buyers = flights.filter((flight) => flight.kind === 'order').map((flight) => flight.ticket.buyer)
  const rows = await select<Row>(
    db,
    `SELECT number, buyer, quantity, state, pay_by, version FROM orders WHERE sale_id = ? AND number IN (?)
     UNION ALL
     SELECT number, buyer, quantity, state, NULL, 1 FROM refusals WHERE sale_id = ? AND number IN (?)
     UNION ALL
     SELECT number, buyer, quantity, 'holder', NULL, 0 FROM orders WHERE buyer IN (?) AND sale_id = ? AND live = 1`,
    [sale, numbers, sale, numbers, buyers.length > 0 ? buyers : [''], sale],
  )
  const known: Known = { rows: new Map(), holders: [] }
  for (const row of rows) {
    if (row.state === 'holder') known.holders.push(row.buyer)
    else known.rows.set(Number(row.number), toFate(row, row.state))
  }
  return known
}

const toFate = (row: Row, state: OrderState | RefusedState): Fate => ({
  number: Number(row.number),
  buyer: row.buyer,
  quantity: row.quantity,
  state,
  payBy: row.pay_by?.getTime() ?? 0,
  version: Number(row.version),
})
