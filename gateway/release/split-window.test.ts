import { array, assert as check, integer, property } from 'fast-check'
import { expect, test } from 'vitest'
import { splitWindow } from './split-window.ts'

const split = (window: number, ...wants: number[]): number[] => {
  const shares = splitWindow(
    window,
    100,
    wants.map((one, sale) => ({ sale, wants: one })),
  )
  return wants.map((_, sale) => shares.get(sale)!)
}

test('one sale has all of it', () => {
  expect(split(1_000, 5_000)).toEqual([1_000])
  expect(split(1_000, 1)).toEqual([1_000])
})

test('equal parts, and what one can not use goes to the others', () => {
  expect(split(1_200, 5_000, 5_000, 5_000)).toEqual([400, 400, 400])
  expect(split(1_200, 150, 5_000, 5_000)).toEqual([150, 525, 525])
})

test('a sale at rest may begin as if it were one of them, and nobody has less than the least', () => {
  expect(split(1_000, 5_000, 0)).toEqual([1_000, 500])
  expect(split(100, 5_000, 5_000)).toEqual([100, 100])
})

test('nothing is left over while anybody could use it, and nobody has more than another who wants more', () => {
  check(
    property(
      integer({ min: 1_000, max: 9_000 }),
      array(integer({ min: 1, max: 5_000 }), { minLength: 1, maxLength: 9 }),
      (window, wants) => {
        const shares = split(window, ...wants)
        const total = shares.reduce((sum, share) => sum + share, 0)
        expect(total).toBeGreaterThan(window - wants.length - 1)
        expect(total).toBeLessThanOrEqual(window + 100 * wants.length)
        for (const [i, share] of shares.entries())
          for (const [j, other] of shares.entries())
            if (wants[i]! <= wants[j]!) expect(share).toBeLessThanOrEqual(Math.max(100, other + 1))
      },
    ),
    { numRuns: 100 },
  )
})
