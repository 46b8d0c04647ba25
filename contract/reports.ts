import type { Redis } from '../platform/redis.ts'
import { reportKeys } from './keys.ts'
import type { InForce } from './settings/in-force.ts'

/** What a door reports about twice a second (lua/edge/report.lua). Rates are calls a second. */
export interface EdgeReport {
  sales: Record<string, SaleDemand>
  /** The hottest sales by ID, and buyers: [name, calls a second]. */
  top_sales?: [string, number][]
  top_users?: [string, number][]
  /** When it was written, and when its counts began at 0, ms. Absent in the report of an older door. */
  at?: number
  began?: number
  /** What it has answered, by sale ID, and as `none` what is of no sale that it counts (lua/edge/tallies.lua). */
  counted?: Record<string, DoorCounts>
  /** Since the last pull of a snapshot that succeeded, and since a gateway wrote it, ms. */
  snapshot_age_ms?: number
  written_age_ms?: number
}

/** What a door has answered of one sale since it counts it. A call: `click`, `poll`, `leave`, `challenge` or `other`. */
export interface DoorCounts {
  /** ms. */
  since: number
  /** `CALL:CODE:QUESTION` -> times: refusals, and `passed` (to a gateway), `again` (a ticket), `waiting` (a poll). */
  door?: Record<string, number>
  /** `CALL:CODE` of a gateway's refusal, or `CALL:STATUS` -> times. */
  gateway?: Record<string, number>
  /** Calls that gateways answered, by what they took: a count for each of {@link TOOK_MS}, the last for all above. */
  took?: number[]
}

/** Upper ends of the buckets of {@link DoorCounts.took}, ms (lua/edge/tallies.lua). */
export const TOOK_MS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000]

export interface SaleDemand {
  /** Verified clicks that came to the admission share, and those it let pass. */
  asked: number
  passed: number
  /** The different buyers of the last 5 to 10 s: HyperLogLog registers, one character each (lua/edge/distinct.lua). */
  buyers: string
}

/** What a gateway reports about twice a second. */
export interface GatewayLoad {
  /** How much later than asked the event loop came round, on average, ms. */
  loopMs: number
  /** Requests begun and not answered. */
  inFlight: number
  /** Messages that wait in RabbitMQ for a worker. */
  queue: number
  /** How long ago the tickets were released that are recorded now, ms. */
  orderLagMs: number
  /** When it was written, and when its counts began at 0, ms. Absent in the report of an older gateway. */
  at?: number
  began?: number
  /** Tickets released for an order, by sale ID, of the sales that live. */
  released?: Record<string, number>
  /** The address at which it opens payments: a rehearsal pays only where it knows that this is a sandbox. */
  paysAt?: string
}

/**
 * What a worker reports twice a second (workers/load/work-meter.ts). Times and rates are of the batches of the last
 * second, or of the last few where they take longer; 0 where there were none in 10 s.
 */
export interface WorkerLoad {
  /** When it was written, and when the worker began, ms. Absent in the report of an older worker. */
  at?: number
  began?: number
  /** Tickets with a committed row, and batches, since the worker began. */
  tickets: number
  batches: number
  /** Tickets recorded in a second of work: time in which nothing was in hand does not count. */
  perSecond: number
  /** Tickets in a batch, on average. */
  batchTickets: number
  /** From a collected batch to its acknowledgement, on average, ms. */
  batchMs: number
  /** A transaction in MySQL, on average, ms; a batch that has been under way for longer counts with its age. */
  dbMs: number
  /** From release to the committed row, on average over the tickets, ms. */
  lagMs: number
  /** Tickets that came from RabbitMQ and are not recorded yet. */
  inHand: number
  /** How long ago the oldest of them was released, ms. */
  oldestMs: number
}

interface Reports {
  edge: EdgeReport
  gateway: GatewayLoad
  tuned: InForce
  worker: WorkerLoad
}

const KEPT_MS = 3_000

/** Lays a gateway's or worker's report into Redis, for 3 s. */
export async function sendReport<K extends 'gateway' | 'worker'>(
  redis: Redis,
  kind: K,
  name: string,
  load: Reports[K],
): Promise<void> {
  const { names, of } = reportKeys[kind]
  await redis.pipeline().set(of(name), JSON.stringify(load), 'PX', KEPT_MS).sadd(names, name).exec()
}

/** The reports of all who are alive, by name. Names of the dead are forgotten. */
export async function readReports<K extends keyof Reports>(
  redis: Redis,
  kind: K,
): Promise<Map<string, Reports[K]>> {
  const { names, of } = reportKeys[kind]
  const reports = new Map<string, Reports[K]>()
  const known = await redis.smembers(names)
  if (known.length === 0) return reports
  const texts = await redis.mget(known.map(of))
  const dead: string[] = []
  known.forEach((name, i) => {
    const report = parse<Reports[K]>(texts[i])
    if (report === undefined) dead.push(name)
    else if (isWhole(kind, report)) reports.set(name, report)
  })
  if (dead.length > 0) await redis.srem(names, ...dead)
  return reports
}

/** One that another version wrote is left out: it must not keep the snapshot from being written. */
function isWhole(kind: keyof Reports, report: unknown): boolean {
  if (typeof report !== 'object' || report === null) return false
  if (kind === 'tuned') return typeof (report as Partial<InForce>).values === 'object'
  if (kind !== 'edge') return true
  const { sales, top_sales = [], top_users = [] } = report as Partial<EdgeReport>
  return typeof sales === 'object' && sales !== null && Array.isArray(top_sales) && Array.isArray(top_users)
}

function parse<T>(text: string | null | undefined): T | undefined {
  try {
    return text == null ? undefined : (JSON.parse(text) as T)
  } catch {
    return undefined
  }
}
