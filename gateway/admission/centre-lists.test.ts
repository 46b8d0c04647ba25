import { describe, expect, test } from 'vitest'
import { countDistinct } from './distinct-buyers.ts'
import { nextHotList } from './hot-list.ts'

const limits = { salePerS: 100, userPerS: 10 }
const NOTHING = { sales: {}, users: {} }

describe('the hot list', () => {
  test('adds up what the doors say, and names those at the threshold', () => {
    const doors = [
      {
        top_sales: [
          ['1', 60],
          ['2', 99],
        ] as [string, number][],
        top_users: [['bot', 6]] as [string, number][],
      },
      { top_sales: [['1', 40]] as [string, number][], top_users: [['bot', 6]] as [string, number][] },
      {},
    ]
    expect(nextHotList(NOTHING, doors, limits, 1_000)).toEqual({
      sales: { 1: 21_000 },
      users: { bot: 21_000 },
    })
  })

  test('keeps them for 20 s, and no longer', () => {
    const last = { sales: {}, users: { bot: 21_000 } }
    expect(nextHotList(last, [], limits, 20_999).users).toEqual({ bot: 21_000 })
    expect(nextHotList(last, [], limits, 21_000).users).toEqual({})
  })

  test('is bounded: the freshest stay', () => {
    const old = Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`old${i}`, 2_000]))
    const top_users = Array.from({ length: 50 }, (_, i): [string, number] => [`new${i}`, 10])
    const { users } = nextHotList({ sales: {}, users: old }, [{ top_users }], limits, 1_000)
    expect(Object.keys(users)).toHaveLength(200)
    expect(Object.keys(users).filter((name) => name.startsWith('new'))).toHaveLength(50)
  })
})

test('no registers, no buyers', () => {
  expect(countDistinct([])).toBe(0)
  expect(countDistinct(['0'.repeat(512)])).toBe(0)
  expect(countDistinct([`1${'0'.repeat(511)}`])).toBe(1)
})
