/** What the API tells of the books of a sale (ops/console/routes/settlement.ts). Times are ms since 1970. */
export interface AuditView {
  ok: boolean
  stock: number
  sold: number
  paid: number
  awaiting: number
  left: number
  tickets: number
  waiting: number
  inFlight: number
  outcomes: Record<string, number>
  problems: string[]
  unchecked: string | null
  at: number
}

export interface EventView {
  sale: number | null
  at: number
  kind: string
  who: string
  detail: string
}
