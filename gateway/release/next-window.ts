import type { AutoLimit, AutoRelease } from '../../contract/auto-release.ts'

/** What is known of the backends when the window is decided, of all workers and sales together. */
export interface BackendsNow {
  /** Workers that report. */
  workers: number
  /** Tickets recorded in a second of work; 0: none in the last seconds. */
  perSecond: number
  /** From release to row, ms, of the tickets recorded last; and the age of the oldest one in a worker's hands. */
  lagMs: number
  oldestMs: number
  /** A transaction in MySQL, ms; one that hangs counts with its age. */
  dbMs: number
  /** Messages that wait in RabbitMQ. */
  queue: number
  /** Tickets released and not recorded. */
  inFlight: number
}

export interface WindowLimits {
  /** How long a ticket may take from release to row, ms, where the backends can. */
  targetMs: number
  /** The window is never smaller than so many tickets for each worker: with less, workers wait for a batch to fill. */
  least: number
  /** It begins at `start`, and is never larger than `most`. */
  start: number
  most: number
}

/** After a change, reports (every 500 ms, over the last second) show its effect; a rise is judged no sooner. */
const STEP_MS = 500
const SEEN_MS = 1_000
/** Between these parts of what is allowed the window stays: what is measured is never still. */
const LOW = 0.8
const HIGH = 1.1
/** Above it for so long is too much, as in CoDel: one slow batch is none. Longer than a report stands… */
const INTERVAL_MS = 700
/** … but so many times what is allowed is too much at once. */
const FAR_ABOVE = 3
/** At most so many times larger, and smaller, in one step. */
const RISE = 2
const FALL = 4
const CREEP = 1.1
/** So many messages may wait in RabbitMQ, beyond those that workers have in hand. */
const QUEUE_MOST = 200
/** The oldest ticket may be so many times as old as the mean one. */
const OLDEST = 3
/** Where even the smallest window takes longer than the target, the target is so many times what it takes… */
const OVER_BASE = 2
/** … but no longer than this. */
const TARGET_MOST_MS = 3_000
/** After so long without work nothing that was learnt counts any more. */
const IDLE_MS = 10_000

export const startWindow = (limits: WindowLimits, now: number): AutoRelease => ({
  ...{ window: limits.start, limitedBy: 'unknown', at: now, perSecond: 0, lagMs: 0 },
  ...{ targetMs: limits.targetMs, baseMs: 0, drainedSince: now, aboveSince: 0, idleSince: 0 },
})

/**
 * How many tickets may be in flight next. Decided for all gateways together, every 100 ms; changes every 500 ms at most.
 *
 * Little's law (1961) says that tickets in flight = tickets a second × time in flight. The window is what the workers record
 * a second times the time that a ticket may take, `targetMs`. That is the rule of BBR (Cardwell and others, ACM Queue 14/5,
 * 2016): a window of the measured rate times the delay, rather than one that feels its way by losses. While the backends
 * have room it makes the window target / lag times as large, so it doubles at first; when they are full, the rate is their
 * capacity whatever the window is, so that it is right at once and stays: measuring late can not make it swing. As with
 * CoDel (Nichols, Jacobson, ACM Queue 10/5, 2012) the standing delay is what is held, not the length of a queue.
 *
 * Where the least window takes longer than the target by itself (a slow network, a slow disk), that is the base (as in TCP
 * Vegas: Brakmo, Peterson 1995), and twice the base is held, which is where throughput divided by delay is highest
 * (Kleinrock 1979).
 */
export function nextWindow(
  last: AutoRelease,
  backends: BackendsNow,
  given: WindowLimits,
  now: number,
): AutoRelease {
  const limits = { ...given, least: given.least * backends.workers }
  const { workers, perSecond, lagMs, inFlight } = backends
  if (workers === 0) return { ...last, limitedBy: 'unknown' }
  const idleSince = inFlight === 0 && perSecond === 0 ? last.idleSince || now : 0
  if (idleSince > 0 && now - idleSince >= IDLE_MS)
    return { ...startWindow(limits, now), limitedBy: 'line', idleSince }

  const drainedSince = inFlight > last.window * HIGH ? 0 : last.drainedSince || now
  const judged = drainedSince > 0 && now - Math.max(drainedSince, last.at) >= SEEN_MS + lagMs
  const baseMs = nextBase(last, backends, limits, judged)
  const targetMs = Math.min(Math.max(limits.targetMs, OVER_BASE * baseMs), TARGET_MOST_MS)
  const [limitedBy, load] = heaviest(backends, targetMs)
  const aboveSince = load > HIGH ? last.aboveSince || now : 0
  const tooMuch = aboveSince > 0 && (now - aboveSince >= INTERVAL_MS || load >= FAR_ABOVE)
  const next: AutoRelease = {
    ...{ window: bounded(last.window, limits), limitedBy, at: last.at, perSecond, lagMs },
    ...{ targetMs, baseMs, drainedSince, aboveSince, idleSince },
  }
  const isFull = inFlight >= next.window / 2
  if (load < LOW) next.limitedBy = !isFull ? 'line' : next.window >= limits.most ? 'most' : 'rising'
  if (now - last.at < STEP_MS) return next

  // Before the first row nothing is known but that what is in flight takes as long as its oldest ticket at least.
  const rate = perSecond > 0 ? perSecond : (inFlight * 1_000) / Math.max(1, backends.oldestMs)
  const wanted = (rate * targetMs) / 1_000
  let window = next.window
  if (tooMuch) {
    // At once, and by half at least when it is much too much. While what an earlier window let out is still on its way, what
    // is seen says nothing of this one: then only a rate that sank further makes it smaller.
    const least = window / FALL
    const most = judged ? window / Math.min(load, RISE) : window
    window = Math.min(Math.max(wanted, least), most)
  } else if (load < LOW && isFull) {
    window = Math.min(Math.max(wanted, window * CREEP), window * RISE)
  }
  window = bounded(window, limits)
  return window === next.window ? next : { ...next, window, at: now }
}

/** The signal that comes nearest to what is allowed, and how near: above 1 it is too much. */
function heaviest(backends: BackendsNow, targetMs: number): [AutoLimit, number] {
  const { lagMs, oldestMs, dbMs, queue, perSecond } = backends
  const loads: [AutoLimit, number][] = [
    ['lag', Math.max(perSecond > 0 ? lagMs / targetMs : 0, oldestMs / (OLDEST * targetMs))],
    ['mysql', dbMs / targetMs],
    ['queue', queue / QUEUE_MOST],
  ]
  return loads.reduce((most, one) => (one[1] > most[1] ? one : most))
}

/** What a ticket takes with the least window, where that is more than the target leaves room for. */
function nextBase(
  last: AutoRelease,
  { perSecond, lagMs }: BackendsNow,
  limits: WindowLimits,
  judged: boolean,
): number {
  if (perSecond === 0) return last.baseMs
  const isLeast = last.window <= limits.least
  const base = isLeast && judged && lagMs > last.baseMs ? lagMs : Math.min(last.baseMs, lagMs)
  return OVER_BASE * base > limits.targetMs ? base : 0
}

const bounded = (window: number, { least, most }: WindowLimits): number =>
  Math.round(Math.min(Math.max(window, least), most))
