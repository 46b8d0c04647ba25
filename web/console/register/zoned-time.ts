/** Making one takes milliseconds, and the form asks at every key. */
const formats = new Map<string, Intl.DateTimeFormat>()

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone)
  if (known) return known
  const format = new Intl.DateTimeFormat('en-US', {
    ...{ timeZone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit' },
    ...{ hour: '2-digit', minute: '2-digit', second: '2-digit' },
  })
  formats.set(timeZone, format)
  return format
}

/** What clocks of this zone show at this moment (ms since 1970): "2030-01-31T12:00:00". */
function wallClock(at: number, timeZone: string): string {
  const format = formatOf(timeZone)
  const part = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]))
  return `${part.year!.padStart(4, '0')}-${part.month}-${part.day}T${part.hour}:${part.minute}:${part.second}`
}

/** How far clocks of this zone are before UTC at this moment, ms. */
const offsetMs = (at: number, timeZone: string): number =>
  Date.parse(`${wallClock(at, timeZone)}Z`) - Math.floor(at / 1000) * 1000

/**
 * The moment (ms since 1970) at which clocks of this zone show `local`, such as "2030-01-31T12:00". Undefined where they
 * never do: it is no time, or it falls into the hour that is left out in spring. Of an hour that comes twice, the first.
 */
export function momentOf(local: string, timeZone: string): number | undefined {
  const text = /^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(local) ? `${local}:00` : local
  const asUtc = Date.parse(`${text}Z`)
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(text) || Number.isNaN(asUtc)) return undefined
  const DAY_MS = 86_400_000
  const tries = [asUtc - offsetMs(asUtc - DAY_MS, timeZone), asUtc - offsetMs(asUtc + DAY_MS, timeZone)]
  return tries.sort((a, b) => a - b).find((at) => wallClock(at, timeZone) === text)
}

/** `at` as a field of kind datetime-local takes it, to the second. */
export const localOf = (at: number, timeZone: string): string => wallClock(at, timeZone)
