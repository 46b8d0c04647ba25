import { type Db, select } from '../platform/mysql.ts'
import type { Challenge, Deduction, Sale, SalePhase } from './words.ts'

interface SaleRow {
  id: number
  title: string
  price_cents: number
  currency: string
  stock: number
  sold: number
  paid: number
  per_user: number
  standby: number
  release_batch: number | null
  release_every_ms: number | null
  pay_within_s: number
  deduct: Deduction
  hold_s: number | null
  challenge: Challenge
  opens_at: Date
  closes_at: Date
  phase: SalePhase
  epoch: number
  numbers_leased: number
  tickets_expire_at: Date
  version: number
  sku: string | null
  rehearsal_of: number | null
}

const toSale = (row: SaleRow): Sale => ({
  id: row.id,
  title: row.title,
  priceCents: Number(row.price_cents),
  currency: row.currency,
  stock: row.stock,
  sold: row.sold,
  paid: row.paid,
  perUser: row.per_user,
  standby: row.standby,
  release:
    row.release_batch === null || row.release_every_ms === null
      ? 'auto'
      : { batch: row.release_batch, everyMs: row.release_every_ms },
  payWithinS: row.pay_within_s,
  deduct: row.deduct,
  holdS: row.hold_s ?? undefined,
  challenge: row.challenge,
  opensAt: row.opens_at.getTime(),
  closesAt: row.closes_at.getTime(),
  phase: row.phase,
  epoch: row.epoch,
  numbersLeased: Number(row.numbers_leased),
  ticketsExpireS: Math.floor(row.tickets_expire_at.getTime() / 1000),
  version: row.version,
  sku: row.sku ?? undefined,
  rehearsalOf: row.rehearsal_of ?? undefined,
})

/** One sale, or undefined. `lock` takes its row lock (only inside a transaction). */
export async function readSale(
  db: Db,
  id: number,
  lock: 'lock' | 'plain' = 'plain',
): Promise<Sale | undefined> {
  const [row] = await select<SaleRow>(
    db,
    `SELECT * FROM sales WHERE id = ?${lock === 'lock' ? ' FOR UPDATE' : ''}`,
    [id],
  )
  return row && toSale(row)
}

/** Whether every unit is paid, so that none can come back: then whoever still stands by is told `sold_out`. */
export const nothingComesBack = (sale: Pick<Sale, 'paid' | 'stock'>): boolean => sale.paid >= sale.stock

/**
 * The stock of which every unit is paid, or 0 while some are not: what Redis is told, rather than that nothing comes back,
 * because the stock may have been raised before it hears that.
 */
export const allPaid = (sale: Pick<Sale, 'paid' | 'stock'>): number =>
  nothingComesBack(sale) ? sale.stock : 0

/** All sales but rehearsals and discarded drafts, newest first. */
export async function listSales(db: Db): Promise<Sale[]> {
  const rows = await select<SaleRow>(
    db,
    "SELECT * FROM sales WHERE rehearsal_of IS NULL AND phase <> 'discarded' ORDER BY id DESC",
  )
  return rows.map(toSale)
}

/** The sales that buyers are shown, and rehearsals: published, and not over for more than a day. A settled one stands there as ended. */
export async function listShownSales(db: Db): Promise<Sale[]> {
  const rows = await select<SaleRow>(
    db,
    `SELECT * FROM sales WHERE phase IN ('published', 'paused', 'closed', 'settled')
     AND closes_at > UTC_TIMESTAMP(3) - INTERVAL 1 DAY ORDER BY id`,
  )
  return rows.map(toSale)
}

/** Whether something of a sale can still move: it has its keys in Redis. */
export const isLive = ({ phase }: Pick<Sale, 'phase'>): boolean =>
  phase === 'published' || phase === 'paused' || phase === 'closed'

/**
 * The sales that gateways and workers look after: until they are settled, since a buyer may come back with a ticket that
 * everybody had forgotten as long as it is good, and what stands in a line must not wait for a day that nobody looks.
 */
export async function listLiveSales(db: Db): Promise<Sale[]> {
  const rows = await select<SaleRow>(
    db,
    `SELECT * FROM sales WHERE phase IN ('published', 'paused', 'closed')
     AND tickets_expire_at > UTC_TIMESTAMP(3) ORDER BY id`,
  )
  return rows.map(toSale)
}
