import { expect, test } from 'vitest'
import { columnsOf, merge, type Sample, stacked } from './sample.ts'

const sample = (at: number, more: Partial<Sample> = {}): Sample => ({ at, phase: 'published', ...more })

test('seconds that are missing become a hole in the line, and so does a value that is not known', () => {
  const samples = [
    sample(1_000, { line: 5 }),
    sample(2_000),
    sample(3_000, { line: 7 }),
    sample(9_000, { line: 0 }),
  ]
  expect(columnsOf(samples, [({ line }) => line], 1_000)).toEqual([
    [1, 2, 3, 4, 9],
    [5, null, 7, null, 0],
  ])
})

test('what is stacked adds up, and has a hole where any part is not known', () => {
  expect(
    stacked([
      [1, 2],
      [10, 10],
      [5, null],
      [1, 1],
    ]),
  ).toEqual([
    [1, 2],
    [10, 10],
    [15, null],
    [16, null],
  ])
})

test('the past that is sent again after a lost connection is not drawn twice', () => {
  const known = [sample(1_000), sample(2_000), sample(3_000)]
  const again = [sample(2_000), sample(3_000), sample(4_000)]
  expect(merge(known, again, 0).map(({ at }) => at)).toEqual([1_000, 2_000, 3_000, 4_000])
  expect(merge(known, again, 2_500).map(({ at }) => at)).toEqual([3_000, 4_000])
  expect(merge([], [], 0)).toEqual([])
})
