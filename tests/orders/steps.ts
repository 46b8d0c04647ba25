import fc from 'fast-check'
import { join, leave, poll, reenter, release, releaseToThePresent, serve } from './line-steps.ts'
import { ask, cancel, day, open, pay, sweep, webhook } from './order-steps.ts'
import { forget, reconcile, reload, tell } from './redis-steps.ts'
import type { Step } from './step.ts'

const index = fc.nat({ max: 11 })
const grace = fc.constantFrom(0, 600_000)
const ears = fc.oneof(
  { weight: 3, arbitrary: fc.constant(undefined) },
  { weight: 1, arbitrary: fc.constant('deaf' as const) },
)
const mood = fc.oneof(
  { weight: 4, arbitrary: fc.constant('right' as const) },
  fc.constantFrom('silent' as const, 'forgets' as const),
)
const rarely = fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, fc.constant('captured' as const))

/** A unit comes back while the last in line is the only one who asks: what random steps would seldom come upon. */
const comeBack = (index: number, graceMs: number): Step => ({
  check: () => true,
  async run(model, real) {
    const course = [releaseToThePresent(graceMs), poll(0), cancel(index, 'right', undefined), poll(0)]
    for (const one of [...course, releaseToThePresent(graceMs)]) await one.run(model, real)
  },
  toString: () => `comeBack(${index}, ${graceMs})`,
})

/** Every step there is; what moves orders on comes more often. */
export const steps: fc.Arbitrary<Step>[] = [
  ...Array(3).fill(
    fc.tuple(fc.nat({ max: 5 }), fc.integer({ min: 1, max: 2 })).map(([b, q]) => join(`buyer${b}`, q)),
  ),
  ...Array(2).fill(fc.constant(release())),
  ...Array(2).fill(grace.map(releaseToThePresent)),
  ...Array(2).fill(fc.nat({ max: 3 }).map(poll)),
  ...Array(2).fill(fc.tuple(index, grace).map(([i, g]) => comeBack(i, g))),
  ...Array(3).fill(fc.nat({ max: 5 }).map(serve)),
  ...Array(2).fill(fc.tuple(index, mood).map(([i, m]) => open(i, m))),
  ...Array(2).fill(fc.tuple(index, rarely).map(([i, captured]) => pay(i, captured))),
  ...Array(2).fill(fc.tuple(index, fc.nat({ max: 1 }), ears).map(([i, event, e]) => webhook(i, event, e))),
  fc.tuple(index, mood, ears).map(([i, m, e]) => cancel(i, m, e)),
  fc.constant(day()),
  ...Array(2).fill(ears.map(sweep)),
  ...Array(2).fill(fc.tuple(mood, ears).map(([m, e]) => ask(m, e))),
  index.map(leave),
  index.map(tell),
  index.map(tell),
  fc.constant(forget()),
  fc.constant(reload()),
  index.map(reenter),
  fc.constant(reconcile()),
]
