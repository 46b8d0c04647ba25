import { setTimeout as sleep } from 'node:timers/promises'
import { type Fate, recordFates, reserveBatch } from '../../contract/line/reserve.ts'
import { preloadSale } from '../../contract/preload.ts'
import { SaleUnloaded } from '../../contract/scripts.ts'
import type { Logger } from '../../platform/log.ts'
import { isDataError, type Pool } from '../../platform/mysql.ts'
import type { Redis } from '../../platform/redis.ts'
import type { Trace } from '../../platform/trace.ts'
import type { Flight } from './flight.ts'
import { logFates } from './log-fates.ts'
import { type Reservations, recordBatch, StaleReservation, UnknownSale } from './record-batch.ts'
import { traceBatch } from './trace-batch.ts'

export interface Backends {
  redis: Redis
  mysql: Pool
  log: Logger
  trace?: Trace | undefined
}

/** What became of a batch: the fates that MySQL has committed, and the tickets that can not be recorded at all. */
export interface Served {
  fates: Fate[]
  bad: { flight: Flight; reason: string }[]
  /** What each committed transaction took, ms. */
  transactionsMs: number[]
}

/**
 * A batch of tickets of one sale: reserve in Redis, record in MySQL, show the fates in Redis.
 * A backend that is down is waited for, without end or until `given up()`; then undefined, and nothing may be acked.
 * A ticket that MySQL can not take is found by halving, so that its batch-mates succeed.
 */
export async function serveBatch(
  backends: Backends,
  sale: number,
  flights: Flight[],
  givenUp: () => boolean,
): Promise<Served | undefined> {
  for (let attempt = 0; !givenUp(); attempt++) {
    try {
      return { ...(await serveOnce(backends, sale, flights)), bad: [] }
    } catch (error) {
      if (error instanceof UnknownSale) return allBad(flights, error.message)
      // A duplicate key may be the trace of our own lost commit: one more try reads it as known.
      if (isDataError(error) && attempt > 0) {
        if (flights.length === 1) return allBad(flights, (error as Error).message)
        return serveHalves(backends, sale, flights, givenUp)
      }
      backends.log.warn(
        { err: error, sale, tickets: flights.length, attempt },
        'batch not recorded, trying again',
      )
      if (error instanceof SaleUnloaded || error instanceof StaleReservation) {
        const loaded = await preloadSale(backends.mysql, backends.redis, sale).catch(() => 'down' as const)
        // Nobody could have joined it: waiting for such a sale would never end.
        if (loaded === undefined) return allBad(flights, `sale ${sale} does not exist, or is a draft`)
        if (loaded !== 'down' && loaded.phase === 'settled') {
          return serveBatch(backends, sale, flights.map(closed), givenUp)
        }
      }
      await sleep(Math.min(20 * 2 ** attempt, 1_000))
    }
  }
  return undefined
}

/** What is left for a ticket of a settled sale, which Redis does not know any more. */
const closed = (flight: Flight): Flight => (flight.kind === 'order' ? { ...flight, kind: 'closed' } : flight)

const allBad = (flights: Flight[], reason: string): Served => ({
  fates: [],
  bad: flights.map((flight) => ({ flight, reason })),
  transactionsMs: [],
})

async function serveOnce(
  { redis, mysql, log, trace }: Backends,
  sale: number,
  flights: Flight[],
): Promise<Omit<Served, 'bad'>> {
  const times = { began: Date.now(), reserved: 0, recorded: 0, told: 0 }
  const reservations = await reserve(redis, sale, flights)
  times.reserved = Date.now()
  const began = performance.now()
  const fates = await recordBatch(mysql, sale, flights, reservations)
  const transactionsMs = [performance.now() - began]
  times.recorded = Date.now()
  logFates(log, sale, flights, fates)
  // Committed. If Redis can not be told now, the tickets are told from MySQL; a redelivery, or the next load, heals it.
  await recordFates(redis, sale, fates).catch((error) => {
    if (!(error instanceof SaleUnloaded)) throw error
    log.warn({ sale }, 'fates not shown: the sale is not in redis')
  })
  times.told = Date.now()
  if (trace) void traceBatch({ trace, redis }, sale, flights, fates, times)
  return { fates, transactionsMs }
}

async function reserve(redis: Redis, sale: number, flights: Flight[]): Promise<Reservations | undefined> {
  const orders = flights.filter((flight) => flight.kind === 'order').map((flight) => flight.ticket)
  if (orders.length === 0) return undefined
  const { epoch, codes } = await reserveBatch(redis, sale, orders)
  return { epoch, codes: new Map(orders.map((ticket, i) => [ticket.number, codes[i]!])) }
}

async function serveHalves(
  backends: Backends,
  sale: number,
  flights: Flight[],
  givenUp: () => boolean,
): Promise<Served | undefined> {
  const middle = Math.ceil(flights.length / 2)
  const first = await serveBatch(backends, sale, flights.slice(0, middle), givenUp)
  const second = await serveBatch(backends, sale, flights.slice(middle), givenUp)
  if (!first || !second) return undefined
  return {
    fates: [...first.fates, ...second.fates],
    bad: [...first.bad, ...second.bad],
    transactionsMs: [...first.transactionsMs, ...second.transactionsMs],
  }
}
