import { expect, test } from 'vitest'
import type { Sample } from '../../../contract/console/sample.ts'
import { CHARTS, clicks } from './charts.ts'

const drawn = (title: string, sample: Sample) =>
  CHARTS.find((chart) => chart.title === title)!.series.map(({ label, of }) => [label, of(sample)])

test('every click has its place in the funnel and in the shares', () => {
  const sample: Sample = {
    ...{ at: 0, phase: 'published' },
    steps: { passed: 10, held: 2, sold_out: 30, user_limit: 5, room: 3, identity: 4, brand_new: 1 },
    outcomes: { accepted: 8, again: 4, sold_out: 30, too_many_requests: 5, line_full: 2, busy: 3, gone: 3 },
    polls: { waiting: 7, passed: 2 },
  }
  expect(clicks(sample)).toBe(55)
  expect(drawn('Clicks by funnel step', sample)).toEqual([
    ...[
      ['passed on', 10],
      ['again', 2],
      ['shut or full', 30],
      ['too often', 5],
      ['overload', 3],
    ],
    ['identity, other', 5],
  ])
  const shares = drawn('Outcome shares', sample).map(([, share]) => share as number)
  expect(shares[0]).toBe(8 / 55)
  expect(shares[5]).toBe(6 / 55)
  expect(shares.reduce((sum, share) => sum + share)).toBeCloseTo(1)
  expect(drawn('Polls of who waits', sample)).toEqual([
    ['passed on', 2],
    ['told by the door', 7],
    ['refused', 0],
  ])
})

test('what is not known is not drawn, and a second without clicks has no shares', () => {
  const unknown: Sample = { at: 0, phase: 'published' }
  expect(clicks(unknown)).toBeUndefined()
  for (const title of ['Clicks by funnel step', 'Outcome shares', 'Polls of who waits'])
    expect(drawn(title, unknown).every(([, value]) => value === undefined)).toBe(true)
  const quiet: Sample = { ...unknown, steps: {}, outcomes: {}, polls: {} }
  expect(clicks(quiet)).toBe(0)
  expect(drawn('Outcome shares', quiet).every(([, value]) => value === undefined)).toBe(true)
})
