import type { Event } from '../events.ts'

/** Something rare in the time of a sale; `sale` is null where it is about no single one. */
export interface SaleEvent extends Omit<Event, 'at'> {
  /** ms. */
  at: number
}
