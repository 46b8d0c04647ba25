import { type Db, select } from '../../platform/mysql.ts'

/** What a sample takes from MySQL. Times are ms since 1970. */
export interface LiveSale {
  id: number
  phase: string
  stock: number
  sold: number
  paid: number
  /** Tickets a second; undefined under auto release. */
  rate: number | undefined
  opensAt: number
  closesAt: number
}

interface Row extends Omit<LiveSale, 'rate' | 'opensAt' | 'closesAt'> {
  release_batch: number | null
  release_every_ms: number | null
  opens_at: Date
  closes_at: Date
}

/**
 * The sales that live: published, paused, or over by their time (a worker has closed them) for no more than a minute; and
 * those of `also`, whatever they are.
 */
export async function readLiveSales(db: Db, also: readonly number[] = []): Promise<LiveSale[]> {
  const rows = await select<Row>(
    db,
    `SELECT id, phase, stock, sold, paid, release_batch, release_every_ms, opens_at, closes_at FROM sales
     WHERE ((phase IN ('published', 'paused') OR (phase = 'closed' AND closes_at <= UTC_TIMESTAMP(3)))
       AND closes_at > UTC_TIMESTAMP(3) - INTERVAL 1 MINUTE) OR id IN (?)
     ORDER BY id`,
    [also.length === 0 ? [0] : also],
  )
  return rows.map(({ release_batch, release_every_ms, opens_at, closes_at, ...sale }) => ({
    ...sale,
    rate: release_batch && release_every_ms ? (1000 * release_batch) / release_every_ms : undefined,
    opensAt: opens_at.getTime(),
    closesAt: closes_at.getTime(),
  }))
}
