import { type BenchReport, type Summary, tell } from '../summary.ts'

/** The report as people read it in a terminal. */
export function toText({ machine, scenarios, quick }: BenchReport): string {
  const head = `${machine.cores} cores (${machine.cpu}), ${machine.memoryGb} GB, ${machine.system}, Node ${machine.node}; load before: ${machine.loadBefore}`
  const warning = quick ? ['A quick run: its figures mean nothing.'] : []
  return ['', head, ...warning, ...scenarios.map(scenarioText)].join('\n')
}

function scenarioText({ name, figures, tables, targets, wrong }: Summary): string {
  const lines = Object.values(figures).map(
    ({ label, unit, median, low, high }) =>
      `  ${label.padEnd(46)} ${tell(median).padStart(10)} ${unit.padEnd(10)} (${tell(low)} to ${tell(high)})`,
  )
  for (const { label, unit, rows } of Object.values(tables)) {
    lines.push(`  ${label}, ${unit}:`)
    for (const [row, { median, low, high }] of Object.entries(rows))
      lines.push(
        `    ${row.padEnd(44)} ${tell(median).padStart(10)} ${' '.repeat(10)} (${tell(low)} to ${tell(high)})`,
      )
  }
  for (const { label, wanted, measured, met } of targets)
    lines.push(`  target ${met ? 'met   ' : 'MISSED'} ${label}: ${wanted}, measured ${tell(measured)}`)
  for (const sentence of wrong) lines.push(`  WRONG  ${sentence}`)
  return `\n${name}\n${lines.join('\n')}`
}
