import { type Fate, RESERVE, type ReserveCode } from '../../contract/line/reserve.ts'
import { claimUnits } from '../../contract/orders/units.ts'
import { readSale } from '../../contract/sales.ts'
import type { RefusedState, Sale } from '../../contract/words.ts'
import { type Db, dateTimes, type Pool, transaction } from '../../platform/mysql.ts'
import type { Flight } from './flight.ts'
import { type Known, readKnown } from './read-known.ts'

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
    const decisions = decide(sale, flights, reservations, known, now)
    await insertOrders(db, sale, decisions.orders, now)
    await insertRefusals(db, sale, decisions.refusals, now)
    return decisions.fates
  })
}

interface NewOrder extends Fate {
  releasedAt: number
  request: string | undefined
}

/** Who gets a unit: the line's order, while there are units, one live order a buyer. */
function decide(
  sale: Sale,
  flights: Flight[],
  reservations: Reservations | undefined,
  known: Known,
  now: number,
): { fates: Fate[]; orders: NewOrder[]; refusals: Fate[] } {
  // Where units are taken by the payment, an order takes none, and the payment decides.
  let free = sale.deduct === 'payment' ? Number.POSITIVE_INFINITY : sale.stock - sale.sold
  const holders = new Set(known.holders)
  const payBy = now + (sale.holdS ?? sale.payWithinS) * 1_000
  const orders: NewOrder[] = []
  const refusals: Fate[] = []

  const refusalOf = ({ ticket, kind }: Flight): RefusedState | undefined => {
    if (kind !== 'order') return kind
    // Its units are back in the shop. A message that a broker kept for long, or that Redis forgot, gets its answer.
    if (sale.phase === 'settled') return 'closed'
    const code = reservations?.codes.get(ticket.number)
    if (code === RESERVE.duplicate || holders.has(ticket.buyer)) return 'duplicate'
    if (code !== RESERVE.won || ticket.quantity > free) return 'sold_out'
    return undefined
  }

  const fates = flights.map((flight): Fate => {
    const { ticket, releasedAt } = flight
    const row = known.rows.get(ticket.number)
    if (row) return row
    const refused = refusalOf(flight)
    if (refused) {
      const fate: Fate = { ...ticket, state: refused, payBy: 0, version: 1 }
      refusals.push(fate)
      return fate
    }
    free -= ticket.quantity
    holders.add(ticket.buyer)
    const fate: Fate = { ...ticket, state: 'awaiting_payment', payBy, version: 1 }
    orders.push({ ...fate, releasedAt, request: ticket.request })
    return fate
  })
  return { fates, orders, refusals }
}

async function insertOrders(db: Db, sale: Sale, orders: NewOrder[], now: number): Promise<void> {
  if (orders.length === 0) return
  const whenPaid = sale.deduct === 'payment'
  const time = dateTimes()
  await db.query(
    `INSERT INTO orders (sale_id, number, buyer, quantity, amount_cents, currency, state, takes_when_paid, pay_by,
     released_at, created_at, updated_at, request_id) VALUES ?`,
    [
      orders.map((order) => [
        ...[sale.id, order.number, order.buyer, order.quantity, order.quantity * sale.priceCents],
        ...[sale.currency, order.state, whenPaid ? 1 : 0, time(order.payBy)],
        ...[time(order.releasedAt), time(now), time(now), order.request ?? null],
      ]),
    ],
  )
  if (whenPaid) return
  const units = orders.reduce((sum, order) => sum + order.quantity, 0)
  // The batch was cut to what fits while the row was locked, so this can not refuse; if it does, nothing is sold.
  if (!(await claimUnits(db, sale.id, units))) {
    throw new Error(`sale ${sale.id}: the stock guard refused ${units} units`)
  }
}

async function insertRefusals(db: Db, sale: Sale, refusals: Fate[], now: number): Promise<void> {
  if (refusals.length === 0) return
  await db.query('INSERT INTO refusals (sale_id, number, buyer, quantity, state, created_at) VALUES ?', [
    refusals.map((refusal) => [
      ...[sale.id, refusal.number, refusal.buyer, refusal.quantity, refusal.state, new Date(now)],
    ]),
  ])
}
