/** A reading of somebody's counters: when it was taken, and when they began at 0, ms. */
export interface Reading {
  at: number
  began: number
  counts: Record<string, number>
}

/** Whoever has said nothing new for so long is silent: what it counts now is not known. */
const SILENT_MS = 2_000
/** One that began so shortly before its first reading is known from 0 on. */
const FRESH_MS = 3_000

interface Reporter {
  before?: Reading | undefined
  latest: Reading
  seenAt: number
}

/**
 * What counters of several reporters make a second, all together. A reporter that began anew counts from its 0 again; one
 * that is silent, or seen for the first time in the middle of its life, makes the sum unknown: a gap, not a dip.
 */
export function createRates() {
  const reporters = new Map<string, Reporter>()

  return {
    /** The readings of all who report now; who is not among them is forgotten. `now`: ms of this process. */
    note(readings: ReadonlyMap<string, Reading>, now: number): void {
      for (const name of reporters.keys()) if (!readings.has(name)) reporters.delete(name)
      for (const [name, latest] of readings) {
        const known = reporters.get(name)
        if (known && known.latest.at === latest.at && known.latest.began === latest.began) continue
        reporters.set(name, { before: known?.latest, latest, seenAt: now })
      }
    },
    /** By name of the counter, a second; undefined where it is not known of all, or nobody reports. */
    perSecond(now: number): Record<string, number> | undefined {
      if (reporters.size === 0) return undefined
      const sums: Record<string, number> = {}
      for (const { before, latest, seenAt } of reporters.values()) {
        const from = before?.began === latest.began ? before : beginning(latest)
        const seconds = from && (latest.at - from.at) / 1000
        if (from === undefined || seconds === undefined || seconds <= 0 || now - seenAt > SILENT_MS)
          return undefined
        for (const [name, count] of Object.entries(latest.counts)) {
          const rate = (count - (from.counts[name] ?? 0)) / seconds
          if (rate < 0) return undefined
          sums[name] = (sums[name] ?? 0) + rate
        }
      }
      return sums
    },
  }
}

const beginning = ({ at, began }: Reading): Reading | undefined =>
  at - began <= FRESH_MS ? { at: began, began, counts: {} } : undefined

export type Rates = ReturnType<typeof createRates>
