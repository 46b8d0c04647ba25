import { type BenchReport, type Summary, tell } from '../summary.ts'
import { escapeXml, toBars } from './bars.ts'
import { toLine } from './lines.ts'

/** One page that needs nothing else: figures, targets, charts, the machine. */
export function toHtml(report: BenchReport): string {
  const { machine, at, command, quick, scenarios } = report
  const facts = Object.entries(machine).map(([key, value]) => row([key, String(value)]))
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Sluice: benchmark of ${at.slice(0, 10)}</title>
<style>
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}
table{border-collapse:collapse;margin:1rem 0}td,th{padding:.2rem .8rem;text-align:left;border-bottom:1px solid #8886}
td.n{text-align:right;font-variant-numeric:tabular-nums}.missed{color:#cf222e;font-weight:600}.met{color:#1a7f37}
svg{max-width:100%;height:auto}
</style>
<h1>Sluice: benchmark of ${at.slice(0, 16).replace('T', ' ')} UTC</h1>
<p><code>${escapeXml(command)}</code>${quick ? ' (a quick run: its figures mean nothing)' : ''}. The load generator shares
the machine's cores with everything it measures. Each figure is the median of the runs, with its range.</p>
${scenarios.map(section).join('\n')}
<h2>The machine</h2>
<table>${facts.join('')}</table>
</html>
`
}

function section({ name, about, figures, tables, targets, chart, wrong, runs }: Summary): string {
  const bars = chart.map((key) => figures[key]!)
  const list = Object.values(figures).map(({ label, unit, median, low, high }) =>
    row([label, tell(median), unit, `${tell(low)} to ${tell(high)}`]),
  )
  const goals = targets.map(({ label, wanted, measured, met }) =>
    row([label, wanted, tell(measured), met ? 'met' : 'missed'], met ? 'met' : 'missed'),
  )
  const charts = Object.values(tables).map(({ label, unit, rows }) =>
    toBars(
      `${label}, ${unit}`,
      Object.entries(rows).map(([rowLabel, spread]) => ({ label: rowLabel, unit, ...spread })),
    ),
  )
  return `<h2>${escapeXml(name)}</h2>
<p>${escapeXml(about)}</p>
${wrong.map((sentence) => `<p class="missed">Wrong: ${escapeXml(sentence)}</p>`).join('')}
${bars.length > 0 ? toBars(name, bars) : ''}
<table><tr><th>figure<th>median<th><th>range${list.join('')}</table>
${goals.length > 0 ? `<table><tr><th>target<th>wanted<th>measured<th>${goals.join('')}</table>` : ''}
${charts.join('\n')}
${(runs.at(-1)?.series ?? []).map((one) => toLine(one, name)).join('\n')}`
}

const row = (cells: string[], className = ''): string =>
  `<tr class="${className}">${cells.map((cell) => `<td${/^-?[\d.,]+$/.test(cell) ? ' class="n"' : ''}>${escapeXml(cell)}`).join('')}</tr>`
