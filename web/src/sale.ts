import type { Challenge, SaleState } from '../../contract/words.ts'

/** A sale as the API shows it: times in ms since 1970, price in whole cents. */
export interface SaleCard {
  id: number
  title: string
  price: number
  currency: string
  state: SaleState
  opensAt: number
  closesAt: number
  now: number
  perUser: number
  /** What it asks of a buyer before the click; unknown until the shop was asked. */
  challenge?: Challenge
}

/**
 * The state at this instant: what the server said last, moved on by the clock. So the button opens by itself,
 * for everybody at the same instant, and not when the next poll happens to arrive.
 */
export function stateAt(sale: SaleCard, now: number): SaleState {
  if (sale.state === 'ended' || now >= sale.closesAt) return 'ended'
  if (sale.state === 'paused' || sale.state === 'sold_out') return sale.state
  return now >= sale.opensAt ? 'open' : 'upcoming'
}

/** Reads the sale that publishing wrote into the page. */
export function readSale(main: HTMLElement): SaleCard {
  const { sale, title, price, currency, opensAt, closesAt, perUser } = main.dataset
  if (!sale || !title || !currency) throw new Error('page: no sale is printed on it')
  return {
    id: Number(sale),
    title,
    price: Number(price),
    currency,
    state: 'upcoming',
    opensAt: Number(opensAt),
    closesAt: Number(closesAt),
    perUser: Number(perUser),
    now: 0,
  }
}
