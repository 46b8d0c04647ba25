const MOST_MARKS = 1_000
/** Seen longer ago than this, it says nothing about now. */
const STALE_MS = 2_000

interface Mark {
  at: number
  served: number
}

interface SaleLag {
  marks: Mark[]
  flying: number
  seenAt: number
}

/**
 * How long tickets are on their way from the line to the worker that reserves for them, told from the cards alone: of
 * the `served` highest number released, `flying` are still on their way, so the oldest of them was released when `served`
 * reached that number.
 */
export function createOrderLag() {
  const sales = new Map<number, SaleLag>()
  return {
    /** What a sale's card says now. */
    note(sale: number, served: number, flying: number, now: number): void {
      const lag = sales.get(sale) ?? { marks: [], flying: 0, seenAt: now }
      sales.set(sale, lag)
      // A number that fell: a new epoch.
      if ((lag.marks.at(-1)?.served ?? 0) > served) lag.marks = []
      if (lag.marks.at(-1)?.served !== served) lag.marks.push({ at: now, served })
      const arrived = served - flying
      while (lag.marks.length > 1 && (lag.marks[0]!.served <= arrived || lag.marks.length > MOST_MARKS)) {
        lag.marks.shift()
      }
      Object.assign(lag, { flying, seenAt: now })
    },
    /**
     * The longest of all sales, ms, as it was when their cards were last seen: gateways take turns to look at them, and while
     * another one looks this one does not know what has arrived since.
     */
    ms(now: number): number {
      let longest = 0
      for (const [sale, { marks, flying, seenAt }] of sales) {
        if (now - seenAt > STALE_MS) sales.delete(sale)
        else if (flying > 0) longest = Math.max(longest, seenAt - marks[0]!.at)
      }
      return longest
    },
  }
}

export type OrderLag = ReturnType<typeof createOrderLag>
