import { expect, test } from 'vitest'
import { type Finding, tell, whatPersists } from './finding.ts'
import { toRanges } from './number-ranges.ts'

const about = (kind: string, ...pairs: [number, number][]): Finding => ({
  kind,
  tickets: toRanges(pairs),
  sentenceFor: (number) => `${kind} ${number}`,
})

test('only what both readings saw persists, in the words of the later one', () => {
  const before = [about('lost', [1, 5]), about('moved', [7, 7]), { kind: 'sum', sentence: 'early' }]
  const now = [
    about('lost', [4, 9]),
    about('moved', [8, 8]),
    { kind: 'sum', sentence: 'late' },
    about('new', [1, 1]),
  ]
  expect(tell(whatPersists(before, now))).toEqual(['late', 'lost 4', 'lost 5'])
})

test('a hundred problems are told, those of the whole sale first, then how many more there are', () => {
  const sums = Array.from({ length: 99 }, (_, i) => ({ kind: `sum ${i}`, sentence: `sum ${i}` }))
  const told = tell([about('lost', [1, 1_000_000_000]), ...sums])
  expect(told).toHaveLength(101)
  expect(told.slice(98)).toEqual(['sum 98', 'lost 1', 'and 999999999 more problems'])
  expect(tell([...sums, ...sums])).toHaveLength(101)
  expect(tell([...sums, about('lost', [1, 1])])).toHaveLength(100)
})
