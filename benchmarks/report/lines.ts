import type { Series } from '../scenario.ts'
import { tell } from '../summary.ts'
import { escapeXml } from './bars.ts'

const WIDTH = 760
const LEFT = 60
const HEIGHT = 120
const TOP = 34
const BOTTOM = 26

/**
 * One line over time, as an SVG that needs nothing else; the largest value and the last second are written at its axes, and
 * the time in which something was done to it is shaded.
 */
export function toLine({ label, unit, points, shaded }: Series, title: string): string {
  if (points.length < 2) return ''
  const most = Math.max(...points.map(([, value]) => value), Number.MIN_VALUE)
  const last = points.at(-1)![0]
  const x = (s: number) => LEFT + ((WIDTH - LEFT - 20) * s) / last
  const y = (value: number) => TOP + HEIGHT * (1 - value / most)
  const path = points.map(([s, value]) => `${x(s).toFixed(1)} ${y(value).toFixed(1)}`).join('L')
  const shade = shaded
    ? `<rect class="s" x="${x(shaded[0]).toFixed(1)}" y="${TOP}" width="${(x(shaded[1]) - x(shaded[0])).toFixed(1)}" height="${HEIGHT}"/>\n`
    : ''
  const total = TOP + HEIGHT + BOTTOM
  const base = TOP + HEIGHT
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${total}" width="${WIDTH}" height="${total}" role="img" aria-label="${escapeXml(`${title}: ${label}`)}" font-family="system-ui, sans-serif" font-size="13">
<style>text{fill:#24292f}.a{stroke:#8c959f;fill:none}.s{fill:#bf8700;opacity:.15}.l{stroke:#1f6feb;stroke-width:2;fill:none;stroke-linejoin:round}@media(prefers-color-scheme:dark){text{fill:#e6edf3}}</style>
<text x="0" y="18" font-weight="600">${escapeXml(`${label}, ${unit}`)}</text>
${shade}<path class="a" d="M${LEFT} ${TOP}V${base}H${WIDTH - 20}"/>
<text x="${LEFT - 8}" y="${TOP + 5}" text-anchor="end">${tell(most)}</text>
<text x="${LEFT - 8}" y="${base + 4}" text-anchor="end">0</text>
<text x="${WIDTH - 20}" y="${base + 18}" text-anchor="end">${tell(last)} s</text>
<path class="l" d="M${path}"/>
</svg>`
}
