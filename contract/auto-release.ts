import type { Redis } from '../platform/redis.ts'
import { CENTRE, saleKeys } from './keys.ts'

/** What keeps the window from being larger now. */
export type AutoLimit =
  /** Tickets take as long from release to row as they may. */
  | 'lag'
  /** Transactions in MySQL do. */
  | 'mysql'
  /** Messages wait in RabbitMQ for a worker. */
  | 'queue'
  /** Nothing: the line has no more to give. */
  | 'line'
  /** SLUICE_FLIGHT_WINDOW. */
  | 'most'
  /** Nothing: it is still rising. */
  | 'rising'
  /** No worker reports: the last known window stands. */
  | 'unknown'

/** The loop's memory and what it saw, of all sales together; a part of {@link CentreMemory}. Times in ms. */
export interface AutoRelease {
  /** Tickets that may be in flight: released and not recorded. All auto sales share it. */
  window: number
  limitedBy: AutoLimit
  /** When the window was changed last. */
  at: number
  /** What the workers record, tickets in a second of work. */
  perSecond: number
  /** From release to row, now; and how long that may take. */
  lagMs: number
  targetMs: number
  /** What it takes at least, where that is known to be long: seen with the smallest window. Else 0. */
  baseMs: number
  /** Since when no more has been in flight than the window allows; 0: more is, from a larger window before. */
  drainedSince: number
  /** Since when some signal has been above what is allowed without a break; 0: none is. */
  aboveSince: number
  /** Since when nothing has been released or recorded; 0: something is. */
  idleSince: number
}

/** What there is to tell of a sale under auto release. */
export interface SaleAutoRelease extends Omit<AutoRelease, 'drainedSince' | 'aboveSince' | 'idleSince'> {
  /** The sale's own part of the window, and how many of its tickets are in flight. */
  share: number
  inFlight: number
}

/** How a sale is released now; undefined where its rate is fixed, or Redis does not know it or no loop has run yet. */
export async function tellAutoRelease(redis: Redis, sale: number): Promise<SaleAutoRelease | undefined> {
  const { card, flight } = saleKeys(sale)
  const [text, inFlight, [every, share]] = await Promise.all([
    redis.get(CENTRE),
    redis.hlen(flight),
    redis.hmget(card, 'every', 'window') as Promise<[string | null, string | null]>,
  ])
  const auto = readAuto(text)
  if (every !== '0' || auto === undefined) return undefined
  const { drainedSince, aboveSince, idleSince, ...told } = auto
  return { ...told, share: Number(share ?? auto.window), inFlight }
}

/** The loop's part of what stands under `centre`; undefined where there is none. */
export function readAuto(text: string | null): AutoRelease | undefined {
  try {
    return (JSON.parse(text ?? '{}') as { auto?: AutoRelease }).auto
  } catch {
    return undefined
  }
}
