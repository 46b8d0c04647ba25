/** One thing that was looked at before a sale opens. `warn` is told, and does not stop the sale. */
export interface Check {
  name: string
  verdict: 'ok' | 'warn' | 'no'
  says: string
}

/** The release at one rate for a short while. */
export interface RateStep {
  /** Tickets a second that were asked for, and that were released. */
  asked: number
  released: number
  tickets: number
  /** From release to the committed row. */
  lagP50Ms: number
  lagP99Ms: number
  /** Most messages that waited in RabbitMQ. */
  queue: number
  /** Why this rate is not safe; absent where it is. */
  problem?: string
}

export interface CrowdTally {
  buyers: number
  tickets: number
  orders: number
  /** Orders paid at the sandbox; 0 where nobody may pay. */
  paid: number
  /** Orders whose time to pay was let run out, so that their units came back. */
  unpaid: number
  /** Clicks that were refused, by code; most of them click again. */
  refused: Record<string, number>
  /** Answers that no buyer should get, and calls without an answer. */
  errors: Record<string, number>
  polls: number
  clickP50Ms: number
  clickP99Ms: number
  pollP99Ms: number
}

/** What came of a rehearsal. */
export interface RehearsalReport {
  sale: number
  /** When it began, ISO 8601. */
  at: string
  tookMs: number
  go: boolean
  /** Every check, those that say no among them. */
  checks: Check[]
  steps: RateStep[]
  crowd: CrowdTally | null
  /** Tickets a second: the highest rate that held the limits, and the one advised, with a margin; null where none was tried. */
  highest: number | null
  advised: number | null
  /** How long the sale takes to sell its stock at the advised rate, and at its own (null: auto), seconds. */
  takesS: { advised: number | null; own: number | null }
  /** What the backends had to hold while the crowd bought. */
  limits: { lagP99Ms: number; queue: number; errors: number }
}

/** A rehearsal in the background; the newest stays to be looked at. */
export interface RehearsalJob {
  sale: number
  state: 'running' | 'done' | 'cancelled' | 'failed'
  /** ISO 8601. */
  startedAt: string
  buyers: number
  seconds: number
  /** What it has said so far, the latest last. */
  progress: string[]
  /** Why it failed. */
  error?: string
}

/** The job of a sale, where this console started it, and the reports of the latest that ended, the newest first. */
export interface SaleRehearsals {
  job: RehearsalJob | null
  reports: RehearsalReport[]
}
