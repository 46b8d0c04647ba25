import type { OrderState, RefusedState } from '../words.ts'

/** What the books of a sale say, and whether they are right. */
export interface Audit {
  ok: boolean
  /** Units: paid + awaiting = sold, left = stock - sold, by MySQL. `awaiting` are held for orders not yet paid. */
  stock: number
  sold: number
  paid: number
  awaiting: number
  left: number
  /** Tickets handed out, in the line (or their places in it kept), in flight. The latter two are 0 where Redis does not know the sale. */
  tickets: number
  waiting: number
  inFlight: number
  outcomes: Record<OrderState | RefusedState, number>
  problems: string[]
}

/** The same as the API tells it. */
export interface ToldAudit extends Audit {
  /** What could not be looked at, and why, in a sale that is not live; null where all was. */
  unchecked: string | null
  /** When it was proved, ms. */
  at: number
}
