/** What the API tells of the end of a sale (ops/console/routes/settlement.ts). Times are ms since 1970, money whole cents. */
export interface SettlementView {
  sale: number
  sku: string | null
  stock: number
  paidUnits: number
  unitsBack: number
  orders: number
  amountCents: number
  currency: string
  settledBy: string
  settledAt: number
  outbox: { sent: number; waiting: number }
}

export interface SettlementStateView {
  phase: string
  sku: string | null
  closesAt: number
  possible: boolean
  detail: string
  blockers: {
    waiting: number
    inFlight: number
    awaitingPayment: number
    expiring: number
    refunding: number
    unpaidUntil?: number
  } | null
  settlement: SettlementView | null
}
