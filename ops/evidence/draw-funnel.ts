import { escapeText, tellNumber } from './write-text.ts'

export interface Step {
  label: string
  /** Undefined: nobody counted it. */
  count: number | undefined
  note?: string
}

const WIDTH = 920
const ROW = 34
const LABEL = 190
const LENGTH = 470

/** A bar for each step, on a scale of the logarithm: of a million clicks one hundred orders are still seen. */
export function drawFunnel(steps: readonly Step[]): string {
  const most = Math.max(...steps.map(({ count = 0 }) => count), 1)
  const rows = steps.map(({ label, count, note = '' }, i) => {
    const y = i * ROW + 4
    const length =
      count === undefined || count === 0 ? 0 : (LENGTH * Math.log10(1 + count)) / Math.log10(1 + most)
    const text = count === undefined ? 'not known' : tellNumber(count)
    return `<text class="k" x="${LABEL - 12}" y="${y + 18}" text-anchor="end">${escapeText(label)}</text>
<rect class="b" x="${LABEL}" y="${y}" width="${Math.max(length, 1).toFixed(1)}" height="26" rx="4"/>
<text class="t" x="${(LABEL + length + 10).toFixed(1)}" y="${y + 18}">${text} <tspan class="a">${escapeText(note)}</tspan></text>`
  })
  return `<figure><svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${steps.length * ROW + 6}" role="img" aria-label="From click to payment">
${rows.join('\n')}
</svg></figure>`
}
