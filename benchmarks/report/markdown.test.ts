import { expect, test } from 'vitest'
import type { BenchReport } from '../summary.ts'
import { readmeBlock } from './markdown.ts'

const report = (name: string, cpu: string): BenchReport =>
  ({
    at: '2030-01-02T03:04:05.000Z',
    machine: { cores: 2, cpu },
    scenarios: [{ name, figures: {} }],
  }) as never

test('the README says of each figure on which machine it was measured, once where it is the same', () => {
  const last = (...reports: BenchReport[]) => readmeBlock(reports).split('\n').at(-1)
  const same = last(report('main-line', 'A'), report('million', 'A'), report('drain', 'B'))
  expect(same).toBe('On 2 cores (A), with the load generator on them, 2030-01-02.')
  const mixed = last(report('main-line', 'B'), report('baselines', 'A'), report('million', 'A'))
  expect(mixed).toBe(
    '`main-line`: on 2 cores (B), with the load generator on them, 2030-01-02. ' +
      '`baselines`, `million`: on 2 cores (A), with the load generator on them, 2030-01-02.',
  )
})
