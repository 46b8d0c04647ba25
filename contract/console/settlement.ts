import type { SalePhase } from '../words.ts'

/** How a sale was settled, and how far the shop has been told. Units whole, money whole cents, times ms. */
export interface Settlement {
  sale: number
  sku: string | null
  stock: number
  paidUnits: number
  /** Merged back into the shop's inventory, where the sale has a SKU. */
  unitsBack: number
  orders: number
  amountCents: number
  currency: string
  settledBy: string
  settledAt: number
  outbox: { sent: number; waiting: number }
}

/** What still moves in a sale, in tickets and orders: while there is any of it, the sale can not be settled. */
export interface Blockers {
  /** In the line, or with their place kept. */
  waiting: number
  /** Released, or reserved, and without a row. */
  inFlight: number
  awaitingPayment: number
  expiring: number
  refunding: number
  /** When the last order that awaits its payment runs out of time, ms; absent where none does. */
  unpaidUntil?: number | undefined
}

/** Where a sale stands on its way to the settlement. Times are ms. */
export interface SettlementState {
  phase: SalePhase
  sku: string | null
  closesAt: number
  /** Whether it can be settled now, as far as that is seen without its audit. */
  possible: boolean
  /** Why not, in a sentence; '' where it is possible, or settled. */
  detail: string
  /** Of a sale that is not settled. What waits and flies is only known while Redis answers. */
  blockers: Blockers | null
  settlement: Settlement | null
}
