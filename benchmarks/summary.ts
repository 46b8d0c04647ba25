import type { Machine } from './measure/machine.ts'
import { type Spread, spreadOf } from './measure/spread.ts'
import type { Figure, RunResult, Scenario } from './scenario.ts'

/** A scenario's runs put together; what the reports are made from. */
export interface Summary {
  name: string
  about: string
  figures: Record<string, Figure & Spread>
  tables: Record<string, Figure & { rows: Record<string, Spread> }>
  targets: { label: string; unit: string; wanted: string; measured: number; met: boolean }[]
  chart: string[]
  wrong: string[]
  runs: RunResult[]
}

export interface BenchReport {
  at: string
  command: string
  quick: boolean
  machine: Machine
  scenarios: Summary[]
}

export function summarise(scenario: Scenario, runs: RunResult[]): Summary {
  const figures: Summary['figures'] = {}
  for (const [key, figure] of Object.entries(scenario.figures))
    figures[key] = { ...figure, ...spreadOf(runs.map((run) => run.figures[key]!)) }
  const tables: Summary['tables'] = {}
  for (const [key, figure] of Object.entries(scenario.tables ?? {})) {
    const names = new Set(runs.flatMap((run) => Object.keys(run.tables?.[key] ?? {})))
    const rows = [...names].map((name): [string, Spread] => [
      name,
      // A row that not every run measures is told from those that did.
      spreadOf(runs.flatMap((run) => run.tables?.[key]?.[name] ?? [])),
    ])
    tables[key] = { ...figure, rows: Object.fromEntries(rows) }
  }
  const targets = scenario.targets.map(({ figure, least, most }) => {
    const { label, unit, median } = figures[figure]!
    const met = (least === undefined || median >= least) && (most === undefined || median <= most)
    const wanted = least !== undefined ? `${least} or more` : `${most} or less`
    return { label, unit, wanted, measured: median, met }
  })
  const wrong = runs.flatMap((run, i) => run.wrong.map((sentence) => `run ${i + 1}: ${sentence}`))
  const { name, about, chart } = scenario
  return { name, about, figures, tables, targets, chart, wrong, runs }
}

/** A number as people read it: three digits that count. */
export const tell = (value: number): string =>
  Math.abs(value) >= 100 ? Math.round(value).toLocaleString('en-US') : String(Number(value.toPrecision(3)))
