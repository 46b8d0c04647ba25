const LEAST_MS = 30_000
/** Shown before the opening, so that it can be seen. */
const LEAD_MS = 5_000
const WHOLE_LEAD_MS = 60_000

interface Shown {
  /** How much is wanted; undefined: the whole sale. */
  spanMs: number | undefined
  /** The right edge. Times are ms since 1970. */
  to: number
  opensAt: number
  /** The first sample that there is. */
  firstAt: number | undefined
}

/**
 * The left edge of the charts. A window that is longer than what there is to see begins at the opening, or (before it) at
 * the first sample, and grows until it is as long as wanted: what has just begun is not squeezed into its right end.
 */
export function shownFrom({ spanMs, to, opensAt, firstAt }: Shown): number {
  const latest = to - LEAST_MS
  if (spanMs === undefined) return Math.min(opensAt - WHOLE_LEAD_MS, latest)
  const begins = Math.max(firstAt ?? 0, to > opensAt ? opensAt - LEAD_MS : 0)
  return Math.max(to - spanMs, Math.min(begins, latest))
}
