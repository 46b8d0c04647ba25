const ENTITIES: Record<string, string> = {
  ...{ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' },
}

/** Text as HTML or SVG: markup in it stays text. */
export const escapeText = (text: string): string => text.replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? '')

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })
const short = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 })

/** `12,345`; below 100 with up to three digits that count. */
export const tellNumber = (value: number): string =>
  (Math.abs(value) < 100 && !Number.isInteger(value) ? short : whole).format(value)

export const tellMoney = (cents: number, currency: string): string => {
  const { maximumFractionDigits: digits = 2 } = new Intl.NumberFormat('en', {
    ...{ style: 'currency', currency },
  }).resolvedOptions()
  const amount = (cents / 10 ** digits).toLocaleString('en', { minimumFractionDigits: digits })
  return `${amount} ${currency}`
}

/** `2030-01-02 10:00:00.123`; all times of a report are UTC. */
export const tellTime = (ms: number): string => new Date(ms).toISOString().replace('T', ' ').replace('Z', '')

export const tellSeconds = (s: number): string =>
  s < 60 ? `${tellNumber(s)} s` : s < 3_600 ? `${tellNumber(s / 60)} min` : `${tellNumber(s / 3_600)} h`

/** A table; cells that are numbers stand to the right. */
export function toTable(head: string[], rows: (string | number)[][]): string {
  const cell = (value: string | number): string =>
    typeof value === 'number' ? `<td class="n">${tellNumber(value)}` : `<td>${escapeText(value)}`
  const titles = head.map((title, i) => {
    const numbers = rows.some((row) => typeof row[i] === 'number')
    return `<th${numbers ? ' class="n"' : ''}>${escapeText(title)}`
  })
  return `<table><thead><tr>${titles.join('')}</thead><tbody>
${rows.map((row) => `<tr>${row.map(cell).join('')}`).join('\n')}
</tbody></table>`
}
