import { expect, test } from 'vitest'
import { percentile } from './percentile.ts'

const ENDS = [1, 2, 5, 10]

test('a percentile lies in the bucket where its share of the calls is reached', () => {
  expect(percentile([100, 0, 0, 0, 0], ENDS, 0.5)).toBe(0.5)
  expect(percentile([50, 49, 1, 0, 0], ENDS, 0.5)).toBe(1)
  expect(percentile([50, 49, 1, 0, 0], ENDS, 0.99)).toBe(2)
  expect(percentile([0, 0, 10, 0, 0], ENDS, 0.5)).toBe(3.5)
})

test('above all buckets only the least is known; of nothing there is no percentile', () => {
  expect(percentile([0, 0, 0, 0, 7], ENDS, 0.99)).toBe(10)
  expect(percentile([0, 0, 0, 0, 0], ENDS, 0.5)).toBeUndefined()
})
