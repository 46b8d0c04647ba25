import type { Sample } from '../../../contract/console/sample.ts'

/** Seconds without a sample become a gap in the lines, not a slope: a break of this many steps or more. */
const GAP_STEPS = 3
/** What is known only of seconds in which something happened is one line over so many seconds without. */
const QUIET_STEPS = 10

/** null is a hole in the line; undefined is passed over, and the points beside it are joined. */
type Value = number | null | undefined
/** uPlot's way: times in seconds, then one list of values for each series. */
export type Columns = [number[], ...Value[][]]

/** What a line of a chart needs of a sample; `seldom`: only seconds in which something happened tell it. */
export interface Reading {
  of: (sample: Sample) => number | undefined
  seldom?: boolean
}

/** The series of a chart over all samples; where samples are missing, so are values. `stepMs`: their usual distance. */
export function columnsOf(samples: readonly Sample[], series: readonly Reading[], stepMs: number): Columns {
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
    for (const [i, { of }] of series.entries()) values[i]!.push(of(sample) ?? null)
  }
  return [times, ...values.map((list, i) => (series[i]!.seldom ? joined(list, times, stepMs) : list))]
}

/** Passes over short stretches in which nothing happened. */
function joined(values: Value[], times: readonly number[], stepMs: number): Value[] {
  const list = [...values]
  let last: number | undefined
  for (const [i, value] of values.entries()) {
    if (value == null) continue
    if (last !== undefined && 1000 * (times[i]! - times[last]!) <= QUIET_STEPS * stepMs)
      list.fill(undefined, last + 1, i)
    last = i
  }
  // What was known last still counts, though nothing joins it yet.
  for (let i = (last ?? list.length) + 1; i < list.length; i++)
    if (1000 * (times[i]! - times[last!]!) < QUIET_STEPS * stepMs) list[i] = undefined
  return list
}

/** What a line says at a place: where it is passed over, what was known last. */
export function valueAt(values: readonly Value[], at: number): number | null {
  let i = at
  while (i > 0 && values[i] === undefined) i--
  return values[i] ?? null
}

/** The points that no line leads to or from. */
export function alone(values: readonly Value[]): number[] {
  const list: number[] = []
  let run: number[] = []
  for (const [i, value] of [...values, null].entries()) {
    if (value === undefined) continue
    if (value !== null) run.push(i)
    else {
      if (run.length === 1) list.push(run[0]!)
      run = []
    }
  }
  return list
}

/** Each series on top of those before it; a value that is not known leaves a hole in all. */
export function stacked([times, ...values]: Columns): Columns {
  const sums: Value[][] = values.map(() => [])
  for (const i of times.keys()) {
    let sum: Value = 0
    for (const [s, list] of values.entries()) {
      const value = list[i]
      sum = sum == null || value == null ? null : sum + value
      sums[s]!.push(sum)
    }
  }
  return [times, ...sums]
}
