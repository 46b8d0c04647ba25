import type { Scenario } from '../scenario.ts'
import { frontDoor } from './front-door.ts'
import { mainLine } from './main-line.ts'
import { million } from './million.ts'

/** Every scenario, in the order in which they run. */
export const SCENARIOS: Scenario[] = [frontDoor, mainLine, million]
