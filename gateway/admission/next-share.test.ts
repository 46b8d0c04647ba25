import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ShareMemory } from '../../contract/centre.ts'
import { ALL_IN, nextShare } from './next-share.ts'

const limits = { from: 100, surplus: 2 }

describe('one step', () => {
  const step = (last: Partial<ShareMemory>, seen: Partial<Parameters<typeof nextShare>[1]>, now = 10_000) =>
    nextShare(
      { ...ALL_IN, roomSince: 1, ...last },
      { room: 10, passed: 0, buyers: 0, reported: true, ...seen },
      limits,
      now,
    ).share

  test('a demand that the gateways can serve, or that there are places for, leaves it at 1', () => {
    expect(step({}, { passed: 100, buyers: 1_000 })).toBe(1)
    expect(step({}, { room: 50_000, passed: 100_000, buyers: 1_000_000 })).toBe(1)
  })

  test('more lets in just what can be served', () => {
    expect(step({}, { passed: 1_000, buyers: 2_000 })).toBe(0.1)
    expect(step({}, { room: 100, passed: 1_000, buyers: 2_000 })).toBe(0.2)
    expect(step({ share: 0.5, at: 1 }, { passed: 200, buyers: 2_000 })).toBe(0.25)
  })

  test('a change is judged by what was reported after it', () => {
    expect(step({ share: 0.5, at: 9_000 }, { passed: 10_000, buyers: 20_000 })).toBe(0.5)
    expect(step({ share: 0.5, at: 9_000 }, { passed: 1, buyers: 20_000 })).toBe(0.5)
  })

  test('while the line is full it does not rise, and falls for those who came before', () => {
    expect(step({ share: 0.1, at: 1 }, { room: 0, passed: 0, buyers: 0 })).toBe(0.1)
    expect(step({ share: 0.1, at: 1 }, { room: -5, passed: 1_000, buyers: 9_999 })).toBe(0.01)
  })

  test('it doubles while places stay free and few pass', () => {
    expect(step({ share: 0.1, at: 1 }, { passed: 10, buyers: 20_000 })).toBe(0.2)
    expect(step({ share: 0.7, at: 1 }, { passed: 0, buyers: 20_000 })).toBe(1)
    expect(step({ share: 0.1, at: 1 }, { passed: 90, buyers: 20_000 })).toBe(0.1)
  })

  test('it goes to 1 at once when nobody new comes, but not in the moment when a place comes free', () => {
    expect(step({ share: 0.001, at: 1 }, { passed: 0, buyers: 3 })).toBe(1)
    expect(step({ share: 0.001, at: 1, roomSince: 9_500 }, { passed: 0, buyers: 3 })).toBe(0.001)
    expect(step({ share: 0.001, at: 1, roomSince: 0 }, { passed: 0, buyers: 3 })).toBe(0.001)
  })

  test('without a report nobody is held back', () => {
    expect(step({ share: 0.001, at: 1, roomSince: 0 }, { reported: false })).toBe(1)
  })
})

/**
 * A crowd and its centre: every buyer has a point and asks every 2 s; who is below the share and finds room gets a place;
 * some give up. Each second `back` units come back, 20 times. Returns what was left when there was nobody to ask, all was
 * sold, or time was over.
 */
function sell(crowd: { buyers: number; stock: number; patienceS: number; lagMs: number; back: number }) {
  const { buyers, stock, patienceS, lagMs, back } = crowd
  let memory: ShareMemory = ALL_IN
  let room = stock
  let most = 0
  let least = 1
  // Points spread evenly, in an order that has nothing to do with them.
  const waiting = Array.from({ length: buyers }, (_, i) => ({
    point: ((i * 7_919 + 13) % buyers) / buyers,
    asksAt: (i % 2_000) + 1,
    endsAt: patienceS * 1_000 * (0.5 + ((i * 31) % buyers) / buyers),
  }))
  let alive = waiting
  const passes: number[] = []
  for (let now = 100; now <= 600_000 && (room > 0 || now <= 20_000) && alive.length > 0; now += 100) {
    if (now <= 20_000 && now % 1_000 === 0) room += back
    const share = memory.share
    let passed = 0
    alive = alive.filter((buyer) => {
      if (now > buyer.endsAt) return false
      if (now < buyer.asksAt) return true
      buyer.asksAt = now + 2_000
      if (buyer.point >= share) return true
      passed++
      if (room <= 0) return true
      room--
      return false
    })
    passes.push(passed)
    most = Math.max(most, passed)
    least = Math.min(least, share)
    // What is reported is some time old, and a rate over half a second.
    const seen = passes.slice(0, passes.length - Math.round(lagMs / 100)).slice(-5)
    const rate = seen.length === 0 ? 0 : (seen.reduce((sum, one) => sum + one, 0) / seen.length) * 10
    memory = nextShare(memory, { room, passed: rate, buyers: alive.length, reported: true }, limits, now)
  }
  return { room, alive: alive.length, least }
}

describe('a whole sale', () => {
  test('the share falls in a rush, and everything is sold', () => {
    const { room, least } = sell({ buyers: 20_000, stock: 1_000, patienceS: 60, lagMs: 500, back: 100 })
    expect(room).toBe(0)
    expect(least).toBeLessThan(1)
  })

  test('whatever the crowd: nothing is left while somebody asks', () => {
    fc.assert(
      fc.property(
        fc.record({
          buyers: fc.integer({ min: 1, max: 3_000 }),
          stock: fc.integer({ min: 1, max: 1_000 }),
          patienceS: fc.integer({ min: 60, max: 300 }),
          lagMs: fc.integer({ min: 0, max: 1_000 }),
          back: fc.integer({ min: 0, max: 20 }),
        }),
        (crowd) => {
          const { room, alive } = sell(crowd)
          expect(Math.min(room, alive)).toBe(0)
        },
      ),
      { numRuns: 60 },
    )
  })
})
