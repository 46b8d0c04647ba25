import fc from 'fast-check'
import { expect, test } from 'vitest'
import { count, intersect, numbersOf, type Ranges, subtract, toRanges, union } from './number-ranges.ts'

const numbers = fc.uniqueArray(fc.integer({ min: 1, max: 40 }))
const rangesOf = (list: number[]): Ranges => toRanges(list.map((n) => [n, n] as const))
const sorted = (list: number[]) => [...list].sort((a, b) => a - b)

test('ranges hold exactly the numbers they were made of, as few ranges as can be', () => {
  fc.assert(
    fc.property(numbers, (list) => {
      const ranges = rangesOf(list)
      expect([...numbersOf(ranges)]).toEqual(sorted(list))
      expect(count(ranges)).toBe(list.length)
      expect(ranges.length).toBe(list.filter((n) => !list.includes(n - 1)).length)
    }),
  )
})

test('union, intersection and difference are those of plain sets', () => {
  fc.assert(
    fc.property(numbers, numbers, (a, b) => {
      expect(union(rangesOf(a), rangesOf(b))).toEqual(rangesOf([...new Set([...a, ...b])]))
      expect(intersect(rangesOf(a), rangesOf(b))).toEqual(rangesOf(a.filter((n) => b.includes(n))))
      expect(subtract(rangesOf(a), rangesOf(b))).toEqual(rangesOf(a.filter((n) => !b.includes(n))))
    }),
  )
})

test('an empty range is dropped', () => {
  expect(toRanges([[5, 4]])).toEqual([])
})
