/** One second of a sale, as ops/live/sample.ts says it: what is not known is absent. */
export interface Sample {
  at: number
  phase: string
  stock?: number
  left?: number
  held?: number
  paid?: number
  line?: number
  inFlight?: number
  last?: number
  asked?: number
  passed?: number
  released?: number
  rate?: number
  window?: number
  limitedBy?: string
  steps?: Record<string, number>
  outcomes?: Record<string, number>
  polls?: Record<string, number>
  saleP50Ms?: number
  saleP99Ms?: number
  p50Ms?: number
  p99Ms?: number
  snapshotAgeMs?: number
  queue?: number
  lagMs?: number
  recorded?: number
  batchTickets?: number
  batchMs?: number
  dbMs?: number
  share?: number
  level?: number
  doors?: number
  gateways?: number
  workers?: number
}

/** Old and new samples in one list by time, each time once; what is older than `from` is left out. */
export function merge(older: readonly Sample[], newer: readonly Sample[], from: number): Sample[] {
  const begins = newer[0]?.at ?? Number.POSITIVE_INFINITY
  return [...older.filter(({ at }) => at < begins), ...newer].filter(({ at }) => at >= from)
}
