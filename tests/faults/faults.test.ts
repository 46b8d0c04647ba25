import { afterAll, beforeAll, expect, test } from 'vitest'
import { type FaultStack, startFaultStack } from './fault-stack.ts'
import { describePlan, makePlan } from './plan.ts'
import type { Probe } from './probe.ts'
import { openProbe, runSeed } from './run-seed.ts'

// The short version of `npm run faults -- --seeds 20`: three of its seeds.
const SEEDS = [0, 1, 4]
const MINUTES = 240_000

let at: FaultStack
let probe: Probe

beforeAll(async () => {
  at = await startFaultStack()
  probe = await openProbe(at)
}, MINUTES)

afterAll(() => at?.stop(), MINUTES)

test.each(SEEDS)('every promise holds under the faults of seed %i', { timeout: MINUTES }, async (seed) => {
  const plan = makePlan(seed)
  const { problems } = await runSeed(at, plan, probe)
  expect(problems, describePlan(plan)).toEqual([])
})
