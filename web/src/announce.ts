import type { Part } from './duration.ts'
import { find } from './paint-desk.ts'
import type { View } from './view.ts'

const PLACE_EVERY_MS = 15_000
const MARKS_S = [600, 60, 10]

/**
 * Tells screen readers what changed, and no more: a new headline at once, a new place in line at most every 15 s,
 * the countdown at ten minutes, one minute and ten seconds. A figure that ticks aloud would drown everything.
 */
export function announcer(): (view: View) => void {
  const region = find('#announcement')
  let headline = ''
  let figure = ''
  let placeAt = 0
  let lastS = Number.POSITIVE_INFINITY

  return (view) => {
    const now = performance.now()
    const text = view.figure ? `${view.figure.label} ${spoken(view.figure.parts)}` : ''
    const leftS = view.figure ? secondsOf(view.figure.parts) : undefined
    if (view.headline !== headline) {
      headline = view.headline
      region.textContent = `${view.headline}. ${view.detail} ${text}`
    } else if (leftS !== undefined) {
      if (MARKS_S.some((mark) => leftS <= mark && lastS > mark)) region.textContent = text
    } else if (text !== figure && now - placeAt >= PLACE_EVERY_MS) {
      placeAt = now
      region.textContent = text
    }
    figure = text
    lastS = leftS ?? Number.POSITIVE_INFINITY
  }
}

const PER_UNIT: Record<string, number> = {
  day: 86_400,
  days: 86_400,
  hour: 3600,
  hours: 3600,
  min: 60,
  sec: 1,
}

/** The seconds that a countdown shows; undefined when the figure is a place in line. */
function secondsOf(parts: Part[]): number | undefined {
  if (!parts.some(({ unit }) => unit in PER_UNIT)) return undefined
  return parts.reduce((sum, { value, unit }) => sum + Number(value) * (PER_UNIT[unit] ?? 0), 0)
}

const spoken = (parts: Part[]): string =>
  parts
    .filter(({ value, unit }) => unit === '' || Number(value) > 0)
    .map(({ value, unit }) => `${unit === '' ? value : Number(value)} ${unit}`.trim())
    .join(' ')
