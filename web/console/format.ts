/** How numbers and times are written everywhere in the console. Times are ms since 1970, money is whole cents. */

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })
const decimal = new Intl.NumberFormat('en', { maximumFractionDigits: 1 })

/** "12,345", "3.4" below 100, "–" for what is not known. */
export const number = (value: number | null | undefined): string =>
  value == null || Number.isNaN(value) ? '–' : (Math.abs(value) < 100 ? decimal : whole).format(value)

export const percent = (share: number | null | undefined): string =>
  share == null ? '–' : `${decimal.format(100 * share)}%`

/** "340 µs", "12 ms", "3.4 s". */
export function duration(ms: number | null | undefined): string {
  if (ms == null || Number.isNaN(ms)) return '–'
  if (ms > 0 && ms < 1) return `${Math.round(ms * 1000)} µs`
  if (ms < 1000) return `${ms < 10 ? decimal.format(ms) : Math.round(ms)} ms`
  if (ms < 60_000) return `${decimal.format(ms / 1000)} s`
  return span(ms)
}

/** "3 h 20 min", "4 min 05 s", "12 s": two units at most. */
export function span(ms: number): string {
  const s = Math.max(0, Math.round(Math.abs(ms) / 1000))
  const two = (n: number) => String(n).padStart(2, '0')
  if (s < 60) return `${s} s`
  if (s < 3600) return `${Math.floor(s / 60)} min ${two(s % 60)} s`
  if (s < 86_400) return `${Math.floor(s / 3600)} h ${two(Math.floor((s % 3600) / 60))} min`
  return `${Math.floor(s / 86_400)} d ${Math.floor((s % 86_400) / 3600)} h`
}

export function money(cents: number, currency: string): string {
  try {
    const format = new Intl.NumberFormat('en', { style: 'currency', currency })
    return format.format(cents / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2))
  } catch {
    return `${(cents / 100).toFixed(2)} ${currency}`
  }
}

/** The operator's own time zone, such as "Europe/Berlin". */
export const zone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone

const inZone = (timeZone?: string) => (timeZone === undefined ? {} : { timeZone })

/** "14:03:27" in the operator's zone, or in the one given. */
export const clock = (at: number, timeZone?: string): string =>
  new Date(at).toLocaleTimeString('en-GB', inZone(timeZone))

/** "Fri 21 Nov 2026" in the operator's zone, or in the one given. */
export const day = (at: number, timeZone?: string): string =>
  new Date(at)
    .toLocaleDateString('en-GB', {
      ...{ weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' },
      ...inZone(timeZone),
    })
    .replace(',', '')

/** "14:03" in the operator's zone, or in the one given. */
export const minute = (at: number, timeZone?: string): string =>
  new Date(at).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit', ...inZone(timeZone) })

/** "Fri 21 Nov 2026, 14:03" in the operator's zone, or in the one given. */
export const moment = (at: number, timeZone?: string): string =>
  `${day(at, timeZone)}, ${minute(at, timeZone)}`

/** What stands beside a time of the operator's zone: the same in UTC, or "UTC" alone where both clocks show the same. */
export function inUtc(
  at: number,
  write: (at: number, timeZone?: string) => string,
  timeZone?: string,
): string {
  const utc = write(at, 'UTC')
  return utc === write(at, timeZone) ? 'UTC' : `${utc} UTC`
}

/** ms of what the API gives: ISO 8601 or ms. */
export const toMs = (time: string | number): number => (typeof time === 'number' ? time : Date.parse(time))
