import type { Scenario } from '../scenario.ts'
import { mainLine } from './main-line.ts'

/** Every scenario, in the order in which they run. */
export const SCENARIOS: Scenario[] = [mainLine]
