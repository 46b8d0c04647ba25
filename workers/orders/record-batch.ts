import type { ResultSetHeader } from 'mysql2'
import { type Fate, RESERVE, type ReserveCode } from '../../contract/line/reserve.ts'
import type { ReleasedTicket, ReleaseKind } from '../../contract/release-message.ts'
import { readSale } from '../../contract/sales.ts'
import type { RefusedState, Sale } from '../../contract/words.ts'
import { type Db, type Pool, transaction } from '../../platform/mysql.ts'
import { readKnown } from './read-known.ts'

/** A released ticket on its way to its row. */
export interface Flight {
  ticket: ReleasedTicket
  kind: ReleaseKind
  releasedAt: number
}

/** What Redis said to the tickets that want to become orders, by number. */
export interface Reservations {
  epoch: number
  codes: Map<number, ReserveCode>
}

/** There is no such sale: its tickets can not be recorded. */
export class UnknownSale extends Error {}

/** Redis answered for another life of the sale than MySQL has: load the sale again, then reserve again. */
export class StaleReservation extends Error {}

/**
 * Gives every ticket of a batch its one row, in ONE transaction under the lock of the sale's row: an order where a unit
 * is free for it, else a refusal with the reason. Tickets that have a row already keep it, so that a redelivered
 * batch changes nothing. MySQL decides; the reservations only propose.
 *
 * @returns the fate of every ticket, in the order given.
 * Throws {@link UnknownSale}, {@link StaleReservation}, or what the database failed with; then nothing was changed.
 */
export function recordBatch(
  mysql: Pool,
  saleId: number,
  flights: Flight[],
  reservations: Reservations | undefined,
): Promise<Fate[]> {
  return transaction(mysql, async (db) => {
    const sale = await readSale(db, saleId, 'lock')
    if (!sale) throw new UnknownSale(`sale ${saleId} does not exist`)
    if (reservations && reservations.epoch !== sale.epoch) {
      throw new StaleReservation(
        `redis holds epoch ${reservations.epoch} of sale ${saleId}, mysql ${sale.epoch}`,
      )
    }
    const known = await readKnown(db, saleId, flights)
    const now = Date.now()
    const fates = decide(sale, flights, reservations, known, now)
    const fresh = fates.filter((fate) => !known.rows.has(fate.number))
    const releasedAt = new Map(flights.map((flight) => [flight.ticket.number, flight.releasedAt]))
    await insertOrders(
      db,
      sale,
      fresh.filter((fate) => fate.holds),
      releasedAt,
      now,
    )
    await insertRefusals(
      db,
      sale,
      fresh.filter((fate) => !fate.holds),
      now,
    )
    return fates
  })
}

/** Who gets a unit: the line's order, while there are units, one live order a buyer. */
function decide(
  sale: Sale,
  flights: Flight[],
  reservations: Reservations | undefined,
  known: Awaited<ReturnType<typeof readKnown>>,
  now: number,
): Fate[] {
  let free = sale.stock - sale.sold
  const holders = new Set(known.holders)
  const payBy = now + sale.payWithinS * 1_000
  return flights.map(({ ticket, kind }): Fate => {
    const row = known.rows.get(ticket.number)
    if (row) return row
    const refused = (state: RefusedState): Fate => ({ ...ticket, state, payBy: 0, holds: false })
    if (kind !== 'order') return refused(kind)
    const code = reservations?.codes.get(ticket.number)
    if (code === RESERVE.duplicate || holders.has(ticket.buyer)) return refused('duplicate')
    if (code !== RESERVE.won || ticket.quantity > free) return refused('sold_out')
    free -= ticket.quantity
    holders.add(ticket.buyer)
    return { ...ticket, state: 'awaiting_payment', payBy, holds: true }
  })
}

async function insertOrders(
  db: Db,
  sale: Sale,
  orders: Fate[],
  releasedAt: Map<number, number>,
  now: number,
): Promise<void> {
  if (orders.length === 0) return
  await db.query(
    `INSERT INTO orders (sale_id, number, buyer, quantity, amount_cents, currency, state, pay_by, released_at, created_at)
     VALUES ?`,
    [
      orders.map((order) => [
        ...[
          sale.id,
          order.number,
          order.buyer,
          order.quantity,
          order.quantity * sale.priceCents,
          sale.currency,
        ],
        ...[order.state, new Date(order.payBy), new Date(releasedAt.get(order.number) ?? now), new Date(now)],
      ]),
    ],
  )
  const units = orders.reduce((sum, order) => sum + order.quantity, 0)
  const [result] = await db.query<ResultSetHeader>(
    'UPDATE sales SET sold = sold + ? WHERE id = ? AND sold + ? <= stock',
    [units, sale.id, units],
  )
  // The batch was cut to what fits while the row was locked, so this can not happen; if it does, nothing is sold.
  if (result.affectedRows !== 1) throw new Error(`sale ${sale.id}: the stock guard refused ${units} units`)
}

async function insertRefusals(db: Db, sale: Sale, refusals: Fate[], now: number): Promise<void> {
  if (refusals.length === 0) return
  await db.query('INSERT INTO refusals (sale_id, number, buyer, quantity, state, created_at) VALUES ?', [
    refusals.map((refusal) => [
      ...[sale.id, refusal.number, refusal.buyer, refusal.quantity, refusal.state, new Date(now)],
    ]),
  ])
}
