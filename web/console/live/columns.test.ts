import { expect, test } from 'vitest'
import type { Sample } from '../../../contract/console/sample.ts'
import { alone, columnsOf, stacked, valueAt } from './columns.ts'

const sample = (at: number, more: Partial<Sample> = {}): Sample => ({ at, phase: 'published', ...more })

test('seconds that are missing become a hole in the line, and so does a value that is not known', () => {
  const samples = [
    sample(1_000, { line: 5 }),
    sample(2_000),
    sample(3_000, { line: 7 }),
    sample(9_000, { line: 0 }),
  ]
  expect(columnsOf(samples, [{ of: ({ line }) => line }], 1_000)).toEqual([
    [1, 2, 3, 4, 9],
    [5, null, 7, null, 0],
  ])
})

test('what only seconds with a batch can tell is one line over quiet seconds, not over a long silence', () => {
  const at = (s: number, batchMs?: number) => sample(1_000 * s, batchMs === undefined ? {} : { batchMs })
  const list = [at(1, 8), at(2), at(3, 9), ...[4, 5, 6, 7, 8, 9, 10, 11, 12, 13].map((s) => at(s)), at(14, 7)]
  const [, values] = columnsOf(list, [{ of: ({ batchMs }) => batchMs, seldom: true }], 1_000)
  expect(values).toEqual([8, undefined, 9, ...new Array(10).fill(null), 7])
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

test('what was known last is told until it is old; a point without neighbours is drawn as one', () => {
  const at = (s: number, batchMs?: number) => sample(1_000 * s, batchMs === undefined ? {} : { batchMs })
  const list = [at(1, 8), ...Array.from({ length: 14 }, (_, i) => at(i + 2))]
  const [, values] = columnsOf(list, [{ of: ({ batchMs }) => batchMs, seldom: true }], 1_000)
  expect([valueAt(values!, 0), valueAt(values!, 9), valueAt(values!, 14)]).toEqual([8, 8, null])
  expect(alone(values!)).toEqual([0])
  expect(alone([null, 5, undefined, 6, null, 7, null, undefined, 8, 9])).toEqual([5])
})
