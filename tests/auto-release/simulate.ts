import type { AutoRelease } from '../../contract/auto-release.ts'
import type { WorkerLoad } from '../../contract/reports.ts'
import { nextWindow, startWindow, type WindowLimits } from '../../gateway/release/next-window.ts'
import { readBackends } from '../../gateway/release/read-backends.ts'
import { createWorkMeter } from '../../workers/load/work-meter.ts'

/** What the backends can do at some time of a simulation. */
export interface Backends {
  /** Tickets a second of all workers together, with batches as large as they like. */
  capacity: number
  /** What a transaction takes besides, ms. */
  fixedMs: number
}

export interface Moment {
  ms: number
  window: number
  inFlight: number
  /** Since the beginning. */
  recorded: number
  lagMs: number
  limitedBy: string
}

const STEP_MS = 5
const TICK_MS = 100
const REPORT_MS = 500
export const FLUSH_MS = 100
const FLUSH_TICKETS = 100
const LARGEST = 1_000

export const LIMITS: WindowLimits = { targetMs: 400, least: 100, start: 1_000, most: 4_000 }

/**
 * Runs the loop as it is, with the workers' own measuring, against backends that are reckoned rather than run: each worker
 * collects and records as workers/collect.ts does, a transaction takes so long as `backends` says.
 * @param window a fixed one instead of the loop's
 */
export function simulate(options: {
  seconds: number
  workers: number
  backends: (ms: number) => Backends
  /** Tickets that come into the line, in all, by this time; by default there are always enough. */
  joined?: (ms: number) => number
  window?: number
  /** How many times as long as usual the nth batch takes; 1 by default. */
  noise?: (nth: number) => number
}): Moment[] {
  const {
    seconds,
    workers: count,
    backends,
    joined = () => Number.POSITIVE_INFINITY,
    noise = () => 1,
  } = options
  let now = 0
  let auto: AutoRelease = startWindow(LIMITS, now)
  let inFlight = 0
  let released = 0
  let recorded = 0
  let turn = 0
  let batches = 0
  const workers = Array.from({ length: count }, () => createWorker(() => now))
  let loads: WorkerLoad[] = workers.map(({ meter }) => meter.load())
  const moments: Moment[] = []

  for (; now < seconds * 1_000; now += STEP_MS) {
    const { capacity, fixedMs } = backends(now)
    for (const worker of workers) {
      const done = worker.step(
        (tickets) => noise(batches++) * (fixedMs + (tickets * count * 1_000) / capacity),
      )
      recorded += done
      inFlight -= done
    }
    const window = options.window ?? auto.window
    for (let room = Math.min(window - inFlight, Math.floor(joined(now)) - released); room > 0; ) {
      const tickets = Math.min(room, 100)
      workers[turn++ % count]!.take(tickets)
      room -= tickets
      inFlight += tickets
      released += tickets
    }
    if (now % REPORT_MS === 0) loads = workers.map(({ meter }) => meter.load())
    if (now % TICK_MS === 0) {
      auto = nextWindow(auto, readBackends(loads, 0, inFlight), LIMITS, now)
      moments.push({ ms: now, window, inFlight, recorded, lagMs: auto.lagMs, limitedBy: auto.limitedBy })
    }
  }
  return moments
}

interface Item {
  tickets: number
  releasedAt: number
}

/** One worker: collects for 100 ms or 100 tickets, records one batch at a time, with what piled up meanwhile. */
function createWorker(clock: () => number) {
  const meter = createWorkMeter(clock)
  let items: Item[] = []
  let waitsSince: number | undefined
  let running: { items: Item[]; since: number; until: number; end: () => void } | undefined

  const take = (): Item[] => {
    let weight = 0
    let n = 0
    while (n < items.length && weight < LARGEST) weight += items[n++]!.tickets
    const batch = items.slice(0, n)
    items = items.slice(n)
    return batch
  }
  return {
    meter,
    take(tickets: number) {
      const item = { tickets, releasedAt: clock() }
      meter.take(item, { tickets: Array(tickets), releasedAt: item.releasedAt })
      items.push(item)
      waitsSince ??= clock()
    },
    /** Gives the tickets that were recorded just now. */
    step(takesMs: (tickets: number) => number): number {
      const now = clock()
      let done = 0
      if (running && now >= running.until) {
        done = weightOf(running.items)
        const lagMsSum = running.items.reduce((sum, one) => sum + one.tickets * (now - one.releasedAt), 0)
        const ms = now - running.since
        meter.recorded({ tickets: done, batchMs: ms, transactionsMs: [ms], lagMsSum })
        running.end()
        for (const item of running.items) meter.drop(item)
        running = undefined
        waitsSince = items.length > 0 ? now : undefined
      }
      const isDue =
        weightOf(items) >= FLUSH_TICKETS || (waitsSince !== undefined && now - waitsSince >= FLUSH_MS)
      if (!running && items.length > 0 && isDue) {
        const batch = take()
        running = {
          items: batch,
          since: now,
          until: now + takesMs(weightOf(batch)),
          end: meter.begin(weightOf(batch)),
        }
      }
      return done
    },
  }
}

const weightOf = (items: Item[]): number => items.reduce((sum, { tickets }) => sum + tickets, 0)
