/** What a new stock would change. Units. */
export interface ProposedStock {
  /** What to confirm. */
  change: string
  sale: number
  before: number
  after: number
  version: number
  /** Units sold or held, and those released, reserved or awaiting a payment beside them: the stock never sinks below both. */
  sold: number
  inFlight: number
  lowest: number
  /** The article that units are taken from, or given back to; null where the sale has none. */
  inventory: { sku: string; onHandBefore: number; onHandAfter: number } | null
  confirmWithinS: number
}

export interface ChangedStock {
  sale: number
  before: number
  after: number
  version: number
  /** false: MySQL has it, Redis could not be told now; reconciliation tells it within seconds. */
  told: boolean
}
