import type { SaleCard } from '../../contract/snapshot.ts'

/** The ID of a sale that is in every published snapshot, so that a test can see its arrival. */
export const MARKER = 4_000_000_000

/** A sale that runs now, with the given differences. */
export const openSale = (id: number, differences: Partial<SaleCard> = {}): SaleCard => ({
  id,
  title: `Sale "${id}" für alle`,
  price: 19_900,
  currency: 'EUR',
  opensAt: Date.now() - 60_000,
  closesAt: Date.now() + 3_600_000,
  phase: 'published',
  perUser: 1,
  challenge: 'none',
  soldOut: false,
  lineFull: false,
  served: 0,
  reach: 0,
  last: 0,
  waiting: 0,
  free: 0,
  perSecond: 100,
  fastest: 100,
  pollMs: 20_000,
  ...differences,
})
