/**
 * What one second of a live sale looked like: drawn by the live page, kept in MySQL (`samples`), read by the evidence of a
 * sale. Counts are units or tickets, rates are a second, times are ms. What is not known is absent: a gap, never a zero.
 */
export interface Sample {
  /** ms since 1970. */
  at: number
  phase: string
  /** From the sale's row in MySQL. `left` is neither held nor sold, `held` is ordered and not paid. */
  stock?: number
  left?: number
  held?: number
  paid?: number
  /** From its card in Redis: tickets that wait, units released and not recorded yet, the highest number handed out. */
  line?: number
  inFlight?: number
  last?: number
  /** Of this sale, all doors together: clicks that came to the admission share, and those it let pass. */
  asked?: number
  passed?: number
  /** Tickets released, by all gateways together, and the rate that is set; absent under auto release. */
  released?: number
  rate?: number
  /** Under auto release: tickets that may be in flight at present, and why not more (contract/auto-release.ts). */
  window?: number
  limitedBy?: string
  /** Of this sale, all doors together, a second: its clicks and polls (ops/doors/tell-calls.ts). */
  steps?: Record<string, number>
  outcomes?: Record<string, number>
  polls?: Record<string, number>
  /** What gateways took for the calls of this sale that were passed on to them, in this second; and of all sales. */
  saleP50Ms?: number
  saleP99Ms?: number
  p50Ms?: number
  p99Ms?: number
  /** The oldest snapshot that a door works with: since a gateway wrote it. */
  snapshotAgeMs?: number
  /** Messages that wait in RabbitMQ; and from release to row, the longest of all workers. */
  queue?: number
  lagMs?: number
  /** Of all workers: tickets recorded a second, tickets in a batch, what a batch and its transaction in MySQL took. */
  recorded?: number
  batchTickets?: number
  batchMs?: number
  dbMs?: number
  /** The admission share, and the degradation level in force. */
  share?: number
  level?: number
  /** How many report now. */
  doors?: number
  gateways?: number
  workers?: number
}
