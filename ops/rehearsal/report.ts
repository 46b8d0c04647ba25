import type { Check } from './check.ts'

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

/** What was seen while the shadow stock was sold. */
export interface Played {
  steps: RateStep[]
  crowd: CrowdTally | null
  checks: Check[]
  /** What nobody can say after this rehearsal, and why. */
  notTried: string[]
}

export interface RehearsalReport {
  sale: number
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
  limits: typeof LIMITS
}

/** What the backends must hold while the crowd buys. */
export const LIMITS = { lagP99Ms: 1_000, queue: 100, errors: 0 } as const
/** Of the highest rate that held, so much is advised: the day of the sale brings more than a rehearsal. */
export const MARGIN = 0.8
