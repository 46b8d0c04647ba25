import { formatTime } from './format-time.ts'
import { find } from './paint-desk.ts'
import type { SaleCard } from './sale.ts'

/** Puts the sale's times on the page in the buyer's own time zone (the printed ones are in UTC). */
export function localTimes(sale: Pick<SaleCard, 'opensAt' | 'closesAt'>): void {
  for (const [selector, at] of [
    ['#opens-at', sale.opensAt],
    ['#closes-at', sale.closesAt],
  ] as const) {
    const time = find<HTMLTimeElement>(selector)
    const text = formatTime(at)
    if (time.textContent === text) continue
    time.dateTime = new Date(at).toISOString()
    time.textContent = text
  }
}
