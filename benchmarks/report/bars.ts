import type { Spread } from '../measure/spread.ts'
import { tell } from '../summary.ts'

export interface Bar extends Spread {
  label: string
  unit: string
}

const ROW = 30
const LABEL = 300
const WIDTH = 760
const LENGTH = WIDTH - LABEL - 130

export const escapeXml = (text: string): string =>
  text.replace(/[&<>"]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign]!)

/** Horizontal bars on one scale, medians with their range, as an SVG that needs nothing else. */
export function toBars(title: string, bars: Bar[]): string {
  const most = Math.max(...bars.map(({ high }) => high), Number.MIN_VALUE)
  const height = 34 + bars.length * ROW + 8
  const x = (value: number) => LABEL + (LENGTH * value) / most
  const rows = bars.map(({ label, unit, median, low, high }, i) => {
    const y = 34 + i * ROW
    const middle = y + 10
    return `<text x="${LABEL - 10}" y="${y + 15}" text-anchor="end">${escapeXml(label)}</text>
<rect x="${LABEL}" y="${y}" width="${(x(median) - LABEL).toFixed(1)}" height="20" rx="3" class="b${i % 4}"/>
<path d="M${x(low).toFixed(1)} ${middle}H${x(high).toFixed(1)}M${x(low).toFixed(1)} ${middle - 4}v8M${x(high).toFixed(1)} ${middle - 4}v8" class="r"/>
<text x="${(x(high) + 8).toFixed(1)}" y="${y + 15}" class="n">${escapeXml(`${tell(median)} ${unit}`)}</text>`
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="${escapeXml(title)}" font-family="system-ui, sans-serif" font-size="13">
<style>text{fill:#24292f}.n{font-weight:600}.b0{fill:#1f6feb}.b1{fill:#8c959f}.b2{fill:#2da44e}.b3{fill:#bf8700}.r{stroke:#24292f;fill:none}@media(prefers-color-scheme:dark){text{fill:#e6edf3}.r{stroke:#e6edf3}}</style>
<text x="0" y="18" font-weight="600">${escapeXml(title)}</text>
${rows.join('\n')}
</svg>
`
}
