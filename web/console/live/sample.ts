/** One second of a sale, as ops/live/sample.ts says it: what is not known is absent. */
export interface Sample {
  at: number
  phase: string
  stock?: number
  left?: number
  held?: number
  paid?: number
  line?: number
  inFlight?: number
  last?: number
  asked?: number
  passed?: number
  released?: number
  rate?: number
  window?: number
  limitedBy?: string
  steps?: Record<string, number>
  outcomes?: Record<string, number>
  polls?: Record<string, number>
  saleP50Ms?: number
  saleP99Ms?: number
  p50Ms?: number
  p99Ms?: number
  snapshotAgeMs?: number
  queue?: number
  lagMs?: number
  recorded?: number
  batchTickets?: number
  batchMs?: number
  dbMs?: number
  share?: number
  level?: number
  doors?: number
  gateways?: number
  workers?: number
}

/** Seconds without a sample become a gap in the lines, not a slope: a break of this many steps or more. */
const GAP_STEPS = 3

type Value = number | null
/** uPlot's way: times in seconds, then one list of values for each series. */
export type Columns = [number[], ...Value[][]]

/** The series of a chart over all samples; where samples are missing, so are values. `stepMs`: their usual distance. */
export function columnsOf(
  samples: readonly Sample[],
  series: readonly ((sample: Sample) => number | undefined)[],
  stepMs: number,
): Columns {
  const times: number[] = []
  const values: Value[][] = series.map(() => [])
  let last = 0
  for (const sample of samples) {
    if (last !== 0 && sample.at - last >= GAP_STEPS * stepMs) {
      times.push((last + stepMs) / 1000)
      for (const list of values) list.push(null)
    }
    last = sample.at
    times.push(sample.at / 1000)
    for (const [i, of] of series.entries()) values[i]!.push(of(sample) ?? null)
  }
  return [times, ...values]
}

/** Each series on top of those before it; a value that is not known leaves a hole in all. */
export function stacked([times, ...values]: Columns): Columns {
  const sums: Value[][] = values.map(() => [])
  for (const i of times.keys()) {
    let sum: Value = 0
    for (const [s, list] of values.entries()) {
      const value: Value = list[i] ?? null
      sum = sum === null || value === null ? null : sum + value
      sums[s]!.push(sum)
    }
  }
  return [times, ...sums]
}

/** Old and new samples in one list by time, each time once; what is older than `from` is left out. */
export function merge(older: readonly Sample[], newer: readonly Sample[], from: number): Sample[] {
  const begins = newer[0]?.at ?? Number.POSITIVE_INFINITY
  return [...older.filter(({ at }) => at < begins), ...newer].filter(({ at }) => at >= from)
}
