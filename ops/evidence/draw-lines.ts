import { escapeText, tellNumber } from './write-text.ts'

export interface Line {
  label: string
  points: readonly { at: number; value: number | undefined }[]
}

const WIDTH = 920
const HEIGHT = 190
const LEFT = 64
const RIGHT = 12
const TOP = 30
const BOTTOM = 24

/** Lines over time on one scale, as SVG that needs nothing else. A gap stays a gap. '' where there is nothing to draw. */
export function drawLines(title: string, unit: string, lines: readonly Line[]): string {
  const known = lines.filter(({ points }) => points.some(({ value }) => value !== undefined))
  const times = known.flatMap(({ points }) => points.map(({ at }) => at))
  if (times.length < 2) return ''
  const first = times.reduce((least, at) => Math.min(least, at))
  const last = times.reduce((most, at) => Math.max(most, at))
  const top = ceiling(
    known.flatMap(({ points }) => points.map(({ value = 0 }) => value)).reduce((a, b) => Math.max(a, b), 0),
  )
  const x = (at: number) => LEFT + ((WIDTH - LEFT - RIGHT) * (at - first)) / Math.max(last - first, 1)
  const y = (value: number) => TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / top)
  const grid = [0, 0.5, 1].map((part) => {
    const at = y(part * top).toFixed(1)
    return `<path class="g" d="M${LEFT} ${at}H${WIDTH - RIGHT}"/><text class="a" x="${LEFT - 8}" y="${Number(at) + 4}" text-anchor="end">${tellNumber(part * top)}</text>`
  })
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((part) => {
    const at = first + part * (last - first)
    const anchor = part === 0 ? 'start' : part === 1 ? 'end' : 'middle'
    const text = new Date(at)
      .toISOString()
      .slice(last - first > 86_400_000 ? 5 : 11, 19)
      .replace('T', ' ')
    return `<text class="a" x="${x(at).toFixed(1)}" y="${HEIGHT - 6}" text-anchor="${anchor}">${text}</text>`
  })
  let legend = WIDTH - RIGHT
  const keys = known
    .map(({ label }, i) => ({ label, i }))
    .reverse()
    .map(({ label, i }) => {
      legend -= 7.2 * label.length + 34
      return `<path class="l l${i}" d="M${legend} 14h16"/><text class="k" x="${legend + 21}" y="18">${escapeText(label)}</text>`
    })
  const paths = known.map(({ points }, i) => `<path class="l l${i}" d="${toPath(points, x, y)}"/>`)
  return `<figure><svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeText(`${title}, ${unit}`)}">
<text class="t" x="0" y="18">${escapeText(title)} <tspan class="a">${escapeText(unit)}</tspan></text>
${[...grid, ...ticks, ...keys, ...paths].join('\n')}
</svg></figure>`
}

function toPath(points: Line['points'], x: (at: number) => number, y: (value: number) => number): string {
  let path = ''
  let pen = false
  for (const { at, value } of points) {
    if (value === undefined) {
      pen = false
      continue
    }
    const to = `${x(at).toFixed(1)} ${y(value).toFixed(1)}`
    // A single second between two gaps is a dot.
    path += pen ? `L${to}` : `M${to}h.01`
    pen = true
  }
  return path
}

/** The next 1, 2 or 5 times a power of ten. */
function ceiling(value: number): number {
  if (value <= 0) return 1
  const power = 10 ** Math.floor(Math.log10(value))
  return power * ([1, 2, 5, 10].find((step) => step * power >= value) ?? 10)
}
