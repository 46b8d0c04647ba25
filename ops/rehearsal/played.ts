import type { Check, CrowdTally, RateStep } from '../../contract/console/rehearsal.ts'

/** What was seen while the shadow stock was sold. */
export interface Played {
  steps: RateStep[]
  crowd: CrowdTally | null
  checks: Check[]
  /** What nobody can say after this rehearsal, and why. */
  notTried: string[]
}
