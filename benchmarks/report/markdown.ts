import type { Spread } from '../measure/spread.ts'
import { type BenchReport, type Summary, tell } from '../summary.ts'
import { clickStages } from './stages.ts'

const row = (cells: string[]): string => `| ${cells.join(' | ')} |`
const table = (head: string[], rows: string[][]): string =>
  [row(head), row(head.map((_, i) => (i === 0 ? '---' : '---:'))), ...rows.map(row)].join('\n')

const withUnit = (value: number, unit: string): string => `${tell(value)}${unit === '' ? '' : ` ${unit}`}`
const range = ({ low, high }: Spread): string => (low === high ? '' : `${tell(low)} to ${tell(high)}`)

/** One scenario: when, on what, its figures and tables. */
export function scenarioBlock({ at, machine, scenarios: [summary] }: BenchReport): string {
  const { name, figures, wrong, runs } = summary!
  const parts = [
    `\`npm run bench -- ${name}\`, ${at.slice(0, 10)}: ${machine.cores} cores (${machine.cpu}), ${machine.memoryGb} GB, ${machine.system}, Node ${machine.node}; ${runs.length === 1 ? 'one run' : `${runs.length} runs`}; load of the minute before: ${machine.loadBefore}.`,
    ...wrong.map((sentence) => `**Wrong:** ${sentence}`),
    table(
      ['figure', 'median', 'range'],
      Object.values(figures).map((figure) => [
        figure.label,
        withUnit(figure.median, figure.unit),
        range(figure),
      ]),
    ),
    ...matrices(summary!),
  ]
  return parts.join('\n\n')
}

/** Tables about the same things side by side. */
function matrices({ tables }: Summary): string[] {
  const groups: Summary['tables'][string][][] = []
  for (const one of Object.values(tables)) {
    const names = Object.keys(one.rows)
    const group = groups.find(([first]) => names.every((name) => name in first!.rows))
    if (group) group.push(one)
    else groups.push([one])
  }
  return groups.map((group) =>
    table(
      ['', ...group.map(({ label, unit }) => (unit === '' ? label : `${label}, ${unit}`))],
      Object.keys(group[0]!.rows).map((name) => [
        name,
        ...group.map(({ rows }) => (rows[name] === undefined ? '' : tell(rows[name].median))),
      ]),
    ),
  )
}

/** Every target with its measured figure, missed ones too. */
export function targetsBlock(reports: BenchReport[]): string {
  return table(
    ['target', 'scenario', 'wanted', 'measured', ''],
    reports.flatMap(({ scenarios: [summary] }) =>
      summary!.targets.map(({ label, unit, wanted, measured, met }) => [
        label,
        `\`${summary!.name}\``,
        wanted,
        withUnit(measured, unit),
        met ? 'met' : '**missed**',
      ]),
    ),
  )
}

/** Where the time of one click goes, and what a hundred thousand a second would take. */
export function stagesBlock(reports: BenchReport[]): string {
  const stages = clickStages(reports.flatMap(({ scenarios }) => scenarios))
  if (stages.length === 0) return ''
  const sum = stages.filter(({ part }) => !part).reduce((total, { us }) => total + us, 0)
  return table(
    ['stage', 'µs an order', 'cores at 100,000 orders/s'],
    [
      ...stages.map(({ label, us, part }) => [
        part ? `… ${label}` : label,
        tell(us),
        part ? '' : tell(us / 10),
      ]),
      ['all', tell(sum), tell(sum / 10)],
    ],
  )
}

const README = [
  ['main-line', ['orders', 'floor', 'ratio', 'p99', 'lag99']],
  ['baselines', ['againstTransaction', 'againstBullmq']],
  ['front-door', ['soldOut', 'limited', 'soldOutRatio']],
  ['million', ['wall', 'oversold', 'unsold', 'mysqlConnections']],
  ['line-growth', ['joinGrowth', 'bytes']],
] as const

/** The few figures that the README shows. */
export function readmeBlock(reports: BenchReport[]): string {
  const rows = README.flatMap(([name, keys]) => {
    const summary = reports.flatMap(({ scenarios }) => scenarios).find((one) => one.name === name)
    return keys.flatMap((key) => {
      const figure = summary?.figures[key]
      return figure
        ? [[figure.label, withUnit(figure.median, figure.unit), `\`npm run bench -- ${name}\``]]
        : []
    })
  })
  return `![Durable orders a second](benchmarks/results/readme.svg)\n\n${table(['figure', 'median', 'command'], rows)}\n\n${whereMeasured(reports)}`
}

/** On which machine, and when; scenario by scenario where that is not the same for all that the README shows. */
function whereMeasured(reports: BenchReport[]): string {
  const shown: readonly string[] = README.map(([name]) => name)
  const names = new Map<string, string[]>()
  for (const { machine, at, scenarios } of reports) {
    const where = `on ${machine.cores} cores (${machine.cpu}), with the load generator on them, ${at.slice(0, 10)}`
    const own = scenarios.map(({ name }) => name).filter((name) => shown.includes(name))
    if (own.length > 0) names.set(where, [...(names.get(where) ?? []), ...own])
  }
  if (names.size === 1) return [...names.keys()].map((where) => `O${where.slice(1)}.`).join()
  return [...names]
    .map(([where, own]) => `${own.map((name) => `\`${name}\``).join(', ')}: ${where}.`)
    .join(' ')
}
