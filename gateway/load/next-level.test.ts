import { expect, test } from 'vitest'
import { NEW_CENTRE } from '../../contract/centre.ts'
import type { GatewayLoad } from '../../contract/reports.ts'
import { nextLevel, RULES } from './next-level.ts'

const CALM: GatewayLoad = { loopMs: 0, inFlight: 0, queue: 0, orderLagMs: 0 }

/** The levels of so many seconds under these loads, one a second. */
function levels(seconds: number, load: (second: number) => GatewayLoad[], from = NEW_CENTRE.level): number[] {
  let level = from
  return Array.from({ length: seconds }, (_, second) => {
    level = nextLevel(level, load(second), 1_000_000 + second * 1_000)
    return level.level
  })
}

test.each(RULES.map(({ of, raise }) => [of, raise] as const))(
  '%s raises it step by step while it lasts, to what it calls for',
  (of, raise) => {
    raise.forEach((value, i) => {
      const seen = levels(20, () => [CALM, { ...CALM, [of]: value }])
      expect(seen.slice(0, 3)).toEqual([0, 0, 0])
      expect(seen[3]).toBe(1)
      expect(seen.at(-1)).toBe(i + 1)
    })
    expect(levels(20, () => [{ ...CALM, [of]: raise[0] - 1 }]).at(-1)).toBe(0)
  },
)

test('a moment of trouble changes nothing', () => {
  expect(levels(20, (second) => [{ ...CALM, loopMs: second % 3 === 0 ? 0 : 5_000 }]).at(-1)).toBe(0)
})

test('it falls a step for every 10 s of calm; between trouble and calm it stays', () => {
  const at3 = { ...NEW_CENTRE.level, level: 3 }
  const seen = levels(35, () => [CALM], at3)
  expect([seen[9], seen[10], seen[20], seen[30]]).toEqual([3, 2, 1, 0])
  expect(levels(60, () => [{ ...CALM, loopMs: 100 }], at3).at(-1)).toBe(3)
  expect(levels(60, (second) => [second % 9 === 0 ? { ...CALM, queue: 150 } : CALM], at3).at(-1)).toBe(3)
})

test('without a report it stays: silence is no calm', () => {
  expect(levels(60, () => [], { ...NEW_CENTRE.level, level: 2 }).at(-1)).toBe(2)
})

test('a change says why', () => {
  const trouble = { ...CALM, loopMs: 500, orderLagMs: 6_000 }
  const last = { ...NEW_CENTRE.level, worseSince: 1 }
  expect(nextLevel(last, [trouble], 9_000)).toMatchObject({ level: 1, why: 'loopMs 500, orderLagMs 6000' })
})
