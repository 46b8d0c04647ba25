import type { ChallengeKind } from './challenge.ts'
import type { Place } from './place.ts'
import type { SaleCard } from './sale.ts'

/** Everything that decides what the buyer sees. Times are ms on the server's clock. */
export interface Desk {
  sale: SaleCard
  quantity: number
  place?: Place | undefined
  /** A click is on its way; `attempts` counts those that the network swallowed. */
  joining?: { attempts: number } | undefined
  /** The last click's refusal, and when another one may help. */
  refusal?: { code: string; until: number } | undefined
  /** The challenge that stands open, before the click or before the opening. */
  challenge?: ChallengeKind | 'coming' | undefined
  /** What was got for solving it; good for one ticket. */
  pass?: string | undefined
  /** What this tab is doing about the order's payment, or why that was refused. */
  payment?: Payment | undefined
}

export type Payment = { doing: 'opening' | 'leaving' | 'cancelling' } | { refused: string; until: number }
