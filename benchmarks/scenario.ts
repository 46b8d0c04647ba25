import type { Stack, StackOptions } from '../stack/stack.ts'

/** What a scenario works with. */
export interface Bench {
  /** Small counts, for the smoke test: the figures mean nothing, the proofs do. */
  quick: boolean
  /**
   * A stack of real servers. Every scenario gets a fresh one, except for quick runs, where one with the same options
   * is lent again.
   */
  lendStack(options: Pick<StackOptions, 'gateways' | 'workers' | 'env'>): Promise<Stack>
  /** A line that stays. */
  say(line: string): void
  /** The line that shows what happens now. */
  progress(text: string): void
}

export interface Figure {
  label: string
  /** Behind the number: 'orders/s', 'ms', … */
  unit: string
}

/** A figure that issue or documents promise: at least, or at most, so much. */
export interface Target {
  figure: string
  least?: number
  most?: number
}

/** Something over time: [seconds since the beginning, value]. */
export interface Series extends Figure {
  points: [number, number][]
  /** Seconds from and to which something was done to it. */
  shaded?: [from: number, to: number]
}

/** One measurement. */
export interface RunResult {
  /** Numbers by the names in the scenario's `figures`. */
  figures: Record<string, number>
  /** Rows of numbers by the names in its `tables`. */
  tables?: Record<string, Record<string, number>>
  /** What the report draws over time, of the last run. */
  series?: Series[]
  /** What was counted to see that nothing was lost: orders, accepted, … */
  proofs: Record<string, number | boolean>
  /** What is not right; empty where the run counts. */
  wrong: string[]
}

export interface Scenario {
  name: string
  /** What it measures, in a sentence. */
  about: string
  /** Where more runs would take too long for what they tell. */
  runsMost?: number
  figures: Record<string, Figure>
  tables?: Record<string, Figure>
  targets: Target[]
  /** The figures of the chart: bars beside each other. */
  chart: string[]
  /** Prepares what the runs share. */
  open(bench: Bench): Promise<{ run(nth: number): Promise<RunResult>; close(): Promise<void> }>
}
