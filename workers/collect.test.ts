import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { collect } from './collect.ts'

const recorder = (everyMs: number, enough: number, workMs = 0) => {
  const batches: number[][] = []
  let atOnce = 0
  let atOnceMost = 0
  const collector = collect<number>({
    everyMs: () => everyMs,
    enough: () => enough,
    weightOf: (n) => n,
    flush: async (items) => {
      atOnceMost = Math.max(atOnceMost, ++atOnce)
      batches.push(items)
      await sleep(workMs)
      atOnce--
    },
  })
  return { ...collector, batches, atOnceMost: () => atOnceMost }
}

describe('collect', () => {
  it('flushes at once when enough weight is together, and the rest after the wait', async () => {
    const { add, idle, batches } = recorder(40, 3)
    const began = performance.now()
    for (const weight of [1, 1, 1, 1]) add(weight)
    await expect.poll(() => batches, { interval: 1 }).toEqual([[1, 1, 1], [1]])
    expect(performance.now() - began).toBeGreaterThan(35)
    await idle()
  })

  it('works on one batch at a time, and loses nothing that comes meanwhile', async () => {
    const { add, idle, batches, atOnceMost } = recorder(1, 2, 5)
    for (let i = 0; i < 9; i++) {
      add(1)
      await sleep(1)
    }
    await idle()
    expect(batches.flat()).toHaveLength(9)
    expect(atOnceMost()).toBe(1)
  })

  it('takes all that piled up in the meantime, up to a bound', async () => {
    const { add, idle, batches } = recorder(1, 2, 5)
    add(1)
    add(1)
    for (let i = 0; i < 1_500; i++) add(1)
    await idle()
    expect(batches.map((batch) => batch.length)).toEqual([2, 1_000, 500])
  })
})

describe('limits that change while it collects', () => {
  it('count from the next item on', async () => {
    const limits = { everyMs: 60_000, enough: 10 }
    const batches: number[][] = []
    const { add, idle } = collect<number>({
      everyMs: () => limits.everyMs,
      enough: () => limits.enough,
      weightOf: (n) => n,
      flush: async (items) => void batches.push(items),
    })
    add(1)
    add(1)
    expect(batches).toEqual([])
    limits.enough = 3
    add(1)
    await idle()
    expect(batches).toEqual([[1, 1, 1]])
  })

  it('a long wait that has begun is cut short, once', async () => {
    const { add, hurry, idle, batches } = recorder(60_000, 10)
    hurry()
    add(1)
    hurry()
    await expect.poll(() => batches).toEqual([[1]])
    add(1)
    expect(batches).toEqual([[1]])
    await idle()
  })
})
