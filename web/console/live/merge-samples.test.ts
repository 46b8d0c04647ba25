import { expect, test } from 'vitest'
import type { Sample } from '../../../contract/console/sample.ts'
import { merge } from './merge-samples.ts'

const sample = (at: number, more: Partial<Sample> = {}): Sample => ({ at, phase: 'published', ...more })

test('the past that is sent again after a lost connection is not drawn twice', () => {
  const known = [sample(1_000), sample(2_000), sample(3_000)]
  const again = [sample(2_000), sample(3_000), sample(4_000)]
  expect(merge(known, again, 0).map(({ at }) => at)).toEqual([1_000, 2_000, 3_000, 4_000])
  expect(merge(known, again, 2_500).map(({ at }) => at)).toEqual([3_000, 4_000])
  expect(merge([], [], 0)).toEqual([])
})
