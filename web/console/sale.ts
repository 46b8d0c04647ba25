import type { ShownSale } from '../../contract/console/sale.ts'
import { number, toMs } from './format.ts'
import type { Tone } from './parts/badge.tsx'

export interface SaleStatus {
  word: string
  tone: Tone
  /** What the time counts to, and when that is. */
  next?: { word: string; at: number }
}

/** What a sale is doing now, in a word, and what comes next. */
export function statusOf(sale: ShownSale, now: number): SaleStatus {
  const opens = toMs(sale.opensAt)
  const closes = toMs(sale.closesAt)
  if (sale.phase === 'settled') return { word: 'settled', tone: 'plain' }
  if (sale.phase === 'closed') return { word: 'closed', tone: 'plain' }
  if (sale.phase === 'draft') return { word: 'draft', tone: 'plain', next: { word: 'opens', at: opens } }
  if (now >= closes) return { word: 'ended', tone: 'plain', next: { word: 'ended', at: closes } }
  const closing = { word: 'closes', at: closes }
  if (sale.phase === 'paused') return { word: 'paused', tone: 'warn', next: closing }
  if (now < opens) return { word: 'upcoming', tone: 'plain', next: { word: 'opens', at: opens } }
  if (sale.paid >= sale.stock) return { word: 'sold out', tone: 'good', next: closing }
  return { word: 'open', tone: 'accent', next: closing }
}

export const releaseText = (release: ShownSale['release']): string =>
  release === 'auto' ? 'auto' : `${release.batch}/${release.everyMs}`

/** "20 tickets a second (2 every 100 ms)". */
export const releaseWords = (release: ShownSale['release']): string =>
  release === 'auto'
    ? 'auto, as fast as the backends take it'
    : `${number(releaseRate(release))} tickets a second (${release.batch} every ${release.everyMs} ms)`

/** Nothing of it can be turned any more. */
export const isOver = ({ phase }: ShownSale): boolean => phase === 'closed' || phase === 'settled'

/** Tickets a second of a fixed release, undefined for `auto`. */
export const releaseRate = (release: ShownSale['release']): number | undefined =>
  release === 'auto' ? undefined : (1000 * release.batch) / release.everyMs

/** How long until the sale opens, ms; less than 0: it has. */
export const toOpening = (sale: ShownSale): number => toMs(sale.opensAt) - Date.now()
