import { expect, test } from 'vitest'
import { createConduct, GOOD } from './behaviour.ts'

const rolls = (seed: number, order: string[]) => {
  const conduct = createConduct({ seed })
  return Object.fromEntries(order.map((id) => [id, [conduct.roll('fail', id), conduct.roll('fail', id)]]))
}

test('the same seed makes the same choices, in whatever order payments come; another seed others', () => {
  expect(rolls(7, ['1-1', '1-2', '1-3'])).toEqual(rolls(7, ['1-3', '1-1', '1-2']))
  expect(rolls(8, ['1-1'])).not.toEqual(rolls(7, ['1-1']))
})

test('setting a seed begins its choices anew', () => {
  const conduct = createConduct({ seed: 7 })
  const first = conduct.roll('drop', '1-1')
  expect(conduct.roll('drop', '1-1')).not.toBe(first)
  conduct.change({ seed: 7 })
  expect(conduct.roll('drop', '1-1')).toBe(first)
})

test('choices are spread evenly from 0 to 1', () => {
  const conduct = createConduct()
  const drawn = Array.from({ length: 4_000 }, (_, i) => conduct.roll('fail', `1-${i}`))
  expect(Math.min(...drawn)).toBeGreaterThanOrEqual(0)
  expect(Math.max(...drawn)).toBeLessThan(1)
  const below = drawn.filter((roll) => roll < 0.3).length
  expect(Math.abs(below / drawn.length - 0.3)).toBeLessThan(0.04)
})

test('a change keeps what it does not name; not knowing ends by itself', async () => {
  const conduct = createConduct()
  conduct.change({ failRate: 0.5 })
  expect(conduct.change({ delayMs: 3 })).toEqual({ ...GOOD, failRate: 0.5, delayMs: 3 })
  conduct.change({ unknownMs: 60 })
  expect(conduct.isUnknown()).toBe(true)
  await new Promise((resolve) => setTimeout(resolve, 90))
  expect(conduct.isUnknown()).toBe(false)
})
