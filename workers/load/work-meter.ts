import type { WorkerLoad } from '../../contract/reports.ts'

/** Figures are of the batches of this time… */
const SPAN_MS = 1_000
/** … and of at least so many, where batches take longer, but none is older than this. */
const BATCHES_LEAST = 3
const OLDEST_BATCH_MS = 10_000
const BATCHES_MOST = 1_000
/** Work hangs when it takes so many times as long as it did lately. */
const OVERDUE = 2

/** A batch that has its rows. */
export interface RecordedBatch {
  tickets: number
  /** From collected to acknowledged, ms. */
  batchMs: number
  /** What each of its committed transactions took, ms; one, but for a batch that had to be halved. */
  transactionsMs: readonly number[]
  /** The times from release to now of all its tickets, added up, ms. */
  lagMsSum: number
}

interface Finished extends RecordedBatch {
  at: number
  /** How long this worker had been busy in its life when the batch before this one was finished, ms. */
  busyBefore: number
}

export interface WorkMeter {
  /** A message came into this worker's hands; `key` is any object that stands for it. */
  take(key: object, message: { tickets: readonly unknown[]; releasedAt: number }): void
  /** It is out of them again: acknowledged, parked, or taken back by the broker. */
  drop(key: object): void
  /** A batch of so many tickets is begun; the function that is given ends it. */
  begin(tickets: number): () => void
  recorded(batch: RecordedBatch): void
  load(): WorkerLoad
}

/** Measures what a worker does, for its report. Its memory is bounded by what the broker lets it have in hand. */
export function createWorkMeter(clock: () => number = Date.now): WorkMeter {
  const inHand = new Map<object, { tickets: number; releasedAt: number }>()
  const running = new Set<{ since: number; tickets: number }>()
  let finished: Finished[] = []
  let tickets = 0
  let batches = 0
  let busyMs = 0
  let busySince: number | undefined
  let busyAtLast = 0

  const busyUntil = (now: number): number => busyMs + (busySince === undefined ? 0 : now - busySince)

  const lately = (now: number): Finished[] => {
    const first = finished.findIndex(({ at }) => now - at <= SPAN_MS)
    const from = Math.min(first < 0 ? finished.length : first, Math.max(0, finished.length - BATCHES_LEAST))
    return finished.slice(from).filter(({ at }) => now - at <= OLDEST_BATCH_MS)
  }

  return {
    take(key, message) {
      if (inHand.size === 0) busySince = clock()
      inHand.set(key, { tickets: message.tickets.length, releasedAt: message.releasedAt })
    },
    drop(key) {
      if (!inHand.delete(key) || inHand.size > 0) return
      busyMs = busyUntil(clock())
      busySince = undefined
    },
    begin(tickets) {
      const one = { since: clock(), tickets }
      running.add(one)
      return () => void running.delete(one)
    },
    recorded(batch) {
      const at = clock()
      tickets += batch.tickets
      batches++
      finished.push({ ...batch, at, busyBefore: busyAtLast })
      busyAtLast = busyUntil(at)
      if (finished.length >= 2 * BATCHES_MOST) finished = finished.slice(-BATCHES_MOST)
    },
    load() {
      const now = clock()
      finished = finished.slice(-BATCHES_MOST)
      const span = lately(now)
      const count = sum(span, (batch) => batch.tickets)
      const meanMs = sum(span, (batch) => batch.batchMs) / Math.max(1, span.length)
      const spent = span.length === 0 ? 0 : busyAtLast - span[0]!.busyBefore
      // What is under way belongs to no rate yet; once it takes longer than as much took before, the rate sinks with it.
      const underWay = sum([...running], (one) => one.tickets)
      const usual = count === 0 ? 0 : (spent * underWay) / count
      const hangs = Math.max(0, busyUntil(now) - busyAtLast - OVERDUE * Math.max(usual, meanMs))
      const busy = spent + hangs
      const transactions = span.flatMap(({ transactionsMs }) => transactionsMs)
      const runs = Math.max(0, ...[...running].map(({ since }) => now - since))
      const held = [...inHand.values()]
      return {
        tickets,
        batches,
        perSecond: busy > 0 ? Math.round((count * 1_000) / busy) : 0,
        batchTickets: Math.round(count / Math.max(1, span.length)),
        batchMs: Math.round(meanMs),
        dbMs: Math.round(Math.max(sum(transactions, (ms) => ms) / Math.max(1, transactions.length), runs)),
        lagMs: Math.max(0, Math.round(sum(span, (batch) => batch.lagMsSum) / Math.max(1, count))),
        inHand: sum(held, (one) => one.tickets),
        oldestMs: Math.max(0, ...held.map(({ releasedAt }) => now - releasedAt)),
      }
    },
  }
}

const sum = <T>(list: readonly T[], of: (one: T) => number): number =>
  list.reduce((total, one) => total + of(one), 0)
