/**
 * A histogram of durations: buckets that grow by 2%, so a percentile is right to 2%, from 1 µs to a minute.
 * A plain list of counts, so that it travels between processes and adds up.
 */
export type Latency = number[]

const GROWTH = Math.log(1.02)
const BUCKETS = Math.ceil(Math.log(60e6) / GROWTH)

export const newLatency = (): Latency => new Array<number>(BUCKETS).fill(0)

/** @param us microseconds */
export function record(latency: Latency, us: number): void {
  const at = us <= 1 ? 0 : Math.min(Math.floor(Math.log(us) / GROWTH), BUCKETS - 1)
  latency[at]!++
}

export const add = (a: Latency, b: Latency): Latency => a.map((count, i) => count + (b[i] ?? 0))

/** The duration in ms below which `share` (0 to 1) of all lie; 0 where nothing was recorded. */
export function percentileMs(latency: Latency, share: number): number {
  const total = latency.reduce((sum, count) => sum + count, 0)
  if (total === 0) return 0
  let below = 0
  for (let at = 0; at < latency.length; at++) {
    below += latency[at]!
    if (below >= total * share) return Math.exp((at + 0.5) * GROWTH) / 1000
  }
  return Number.POSITIVE_INFINITY
}
