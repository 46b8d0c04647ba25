import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { gather } from './gather.ts'

const options = { batchMost: 3, runsAtOnce: 1, waitingMost: 5, refuse: () => new Error('full') }

describe('gather', () => {
  it('answers calls of one turn with as few runs as fit, each caller its own result', async () => {
    const batches: number[][] = []
    const run = async (items: number[]) => {
      batches.push(items)
      return items.map((n) => n * 2)
    }
    const call = gather({ ...options, run })
    expect(await Promise.all([1, 2, 3, 4].map(call))).toEqual([2, 4, 6, 8])
    expect(batches).toEqual([[1, 2, 3], [4]])
  })

  it('refuses what is over its bound, and takes calls again after', async () => {
    const call = gather({
      ...options,
      run: async (items: number[]) => {
        await sleep(5)
        return items
      },
    })
    const settled = await Promise.allSettled([1, 2, 3, 4, 5, 6].map(call))
    expect(settled.map((s) => s.status)).toEqual([...Array(5).fill('fulfilled'), 'rejected'])
    expect(await call(7)).toBe(7)
  })

  it('tells every caller of a failed run, and goes on', async () => {
    let fail = true
    const call = gather({
      ...options,
      run: async (items: number[]) => {
        if (fail) throw new Error('down')
        return items
      },
    })
    const settled = await Promise.allSettled([call(1), call(2)])
    expect(settled.map((s) => s.status)).toEqual(['rejected', 'rejected'])
    fail = false
    expect(await call(3)).toBe(3)
  })
})
