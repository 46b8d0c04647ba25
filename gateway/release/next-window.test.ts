import { expect, test } from 'vitest'
import type { AutoRelease } from '../../contract/auto-release.ts'
import { type BackendsNow, nextWindow, startWindow } from './next-window.ts'

const LIMITS = { targetMs: 400, least: 50, start: 1_000, most: 4_000 }
/** Two workers that record a thousand a second, each ticket 200 ms after its release, with the window full. */
const EASY: BackendsNow = {
  ...{ workers: 2, perSecond: 1_000, lagMs: 200, oldestMs: 250, dbMs: 20, queue: 0, inFlight: 200 },
}

/** The window after so many seconds of the same, from `window` on; in flight is what the window allows. */
function after(seconds: number, backends: Partial<BackendsNow>, from: Partial<AutoRelease> = {}) {
  let auto: AutoRelease = { ...startWindow(LIMITS, 0), drainedSince: 1, ...from }
  for (let now = 100_000; now <= 100_000 + seconds * 1_000; now += 100)
    auto = nextWindow(auto, { ...EASY, inFlight: auto.window, ...backends }, LIMITS, now)
  return auto
}

test('it rises to what the rate fills in the time allowed, by a doubling at most', () => {
  expect(after(0, { perSecond: 9_000 }, { window: 500 }).window).toBe(1_000)
  expect(after(0, { perSecond: 2_000, lagMs: 250 }, { window: 500 }).window).toBe(800)
  expect(after(30, { perSecond: 20_000, lagMs: 100 }).window).toBe(4_000)
  expect(after(30, { perSecond: 20_000, lagMs: 100 }).limitedBy).toBe('most')
})

test('a step is judged before the next one', () => {
  const one = after(0, { perSecond: 20_000 }, { window: 500 })
  expect(nextWindow(one, { ...EASY, perSecond: 20_000, inFlight: 1_000 }, LIMITS, 100_400).window).toBe(1_000)
  expect(nextWindow(one, { ...EASY, perSecond: 20_000, inFlight: 1_000 }, LIMITS, 100_500).window).toBe(2_000)
})

test('near the target it stays', () => {
  for (const lagMs of [330, 400, 430])
    expect(after(20, { perSecond: 5_000, lagMs }, { window: 900 })).toMatchObject({
      ...{ window: 900, limitedBy: 'lag' },
    })
})

test('a line that does not fill it says nothing of it', () => {
  expect(after(20, { inFlight: 100 }, { window: 900 })).toMatchObject({ window: 900, limitedBy: 'line' })
})

test.each([
  ['lag', { lagMs: 900 }],
  ['lag', { oldestMs: 3_000 }],
  ['mysql', { dbMs: 1_000 }],
  ['queue', { queue: 500 }],
] as const)('too much of it that lasts makes it smaller: %s %o', (limitedBy, much) => {
  // A moment of it is none.
  expect(after(0, much, { window: 2_000 }).window).toBe(2_000)
  expect(after(0.6, much, { window: 2_000 }).window).toBe(2_000)
  const seen = after(0.7, much, { window: 2_000 })
  expect(seen.limitedBy).toBe(limitedBy)
  expect(seen.window).toBe(500)
  expect(after(0.7, { ...much, perSecond: 9_000 }, { window: 2_000 }).window).toBeLessThanOrEqual(1_000)
})

test('three times too much is too much at once', () => {
  expect(after(0, { dbMs: 1_300 }, { window: 2_000 }).window).toBe(500)
})

test('while more is on its way than the window allows only the rate makes it smaller still', () => {
  const draining = after(5, { lagMs: 2_000, perSecond: 1_000, inFlight: 2_000 }, { window: 2_000 })
  expect(draining.window).toBe(400)
  expect(after(5, { lagMs: 2_000, perSecond: 400, inFlight: 2_000 }, { window: 2_000 }).window).toBe(160)
})

test('it never leaves its bounds, and a window of other bounds is brought into them', () => {
  expect(after(30, { perSecond: 1, lagMs: 60_000, dbMs: 30_000 }).window).toBe(100)
  expect(after(0, { lagMs: 400 }, { window: 90_000 }).window).toBe(4_000)
  expect(after(0, { lagMs: 400 }, { window: 1 }).window).toBe(100)
})

test('where nothing was recorded yet the age of what is in flight bounds the rate', () => {
  const stuck = { perSecond: 0, lagMs: 0, oldestMs: 1_000, dbMs: 1_000, inFlight: 1_000 }
  expect(after(0.7, stuck).window).toBe(400)
})

test('where the least window takes long already, twice that is allowed; no longer than 3 s', () => {
  const slow = after(30, { perSecond: 110, lagMs: 900, dbMs: 400 }, { window: 100 })
  expect(slow.baseMs).toBe(900)
  expect(slow.targetMs).toBe(1_800)
  expect(slow.window).toBeGreaterThan(100)
  expect(after(30, { perSecond: 20, lagMs: 5_000 }, { window: 100 }).targetMs).toBe(3_000)
  // As soon as it goes faster, no longer.
  expect(after(0, { lagMs: 150 }, { window: 100, baseMs: 900 })).toMatchObject({ baseMs: 0, targetMs: 400 })
  // A larger window that takes long says nothing of the least one.
  expect(after(0, { lagMs: 900 }, { window: 400 }).baseMs).toBe(0)
})

test('without a report it stays; after a rest it begins anew', () => {
  expect(after(60, { workers: 0 }, { window: 300 })).toMatchObject({ window: 300, limitedBy: 'unknown' })
  const rest = { perSecond: 0, inFlight: 0, lagMs: 0, oldestMs: 0, dbMs: 0 }
  expect(after(9, rest, { window: 300, baseMs: 900 }).window).toBe(300)
  expect(after(11, rest, { window: 300, baseMs: 900 })).toMatchObject({ window: 1_000, baseMs: 0 })
})
