import type { Scenario } from '../scenario.ts'
import { autoRelease } from './auto-release.ts'
import { baselines } from './baselines.ts'
import { drain } from './drain.ts'
import { frontDoor } from './front-door.ts'
import { isolation } from './isolation.ts'
import { lineGrowth } from './line-growth.ts'
import { mainLine } from './main-line.ts'
import { million } from './million.ts'
import { waitingPolls } from './waiting-polls.ts'
import { workers } from './workers.ts'

/** Every scenario, in the order in which they run. */
export const SCENARIOS: Scenario[] = [
  frontDoor,
  mainLine,
  million,
  drain,
  lineGrowth,
  waitingPolls,
  workers,
  autoRelease,
  isolation,
  baselines,
]
