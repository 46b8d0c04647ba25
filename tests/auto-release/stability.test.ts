import { assert as check, constantFrom, integer, property, record } from 'fast-check'
import { expect, test } from 'vitest'
import { FLUSH_MS, LIMITS, type Moment, simulate } from './simulate.ts'

// The loop against backends that are reckoned: any capacity, any delay. Only a machine at its limits needs the time.
const between = (moments: Moment[], from: number, to: number) =>
  moments.filter(({ ms }) => ms >= from * 1_000 && ms < to * 1_000)
const rateOf = (moments: Moment[]): number =>
  ((moments.at(-1)!.recorded - moments[0]!.recorded) * 1_000) / (moments.at(-1)!.ms - moments[0]!.ms)
const most = (moments: Moment[], of: 'window' | 'lagMs' | 'inFlight') =>
  Math.max(...moments.map((moment) => moment[of]))
const least = (moments: Moment[], of: 'window') => Math.min(...moments.map((moment) => moment[of]))

/** What a ticket may take, mean of a second: the target, or twice what the least window takes. */
const allowedMs = (backends: { capacity: number; fixedMs: number; workers: number }): number => {
  const { capacity, fixedMs, workers } = backends
  const leastMs = (1_000 * workers * LIMITS.least) / capacity + 2 * fixedMs + FLUSH_MS
  return 2 * Math.max(LIMITS.targetMs, 2 * leastMs)
}

const anyBackends = record({
  capacity: integer({ min: 1_000, max: 20_000 }),
  fixedMs: integer({ min: 1, max: 60 }),
  workers: constantFrom(1, 2, 4),
})

test('it settles where the backends are just busy, and stays there', () => {
  check(
    property(anyBackends, ({ capacity, fixedMs, workers }) => {
      const options = { seconds: 25, workers, backends: () => ({ capacity, fixedMs }) }
      const settled = between(simulate(options), 15, 25)
      // What they do with the largest window is all that they can do.
      const all = Math.min(capacity, rateOf(between(simulate({ ...options, window: LIMITS.most }), 15, 25)))
      expect(rateOf(settled)).toBeGreaterThan(0.5 * all)
      expect(most(settled, 'lagMs')).toBeLessThan(allowedMs({ capacity, fixedMs, workers }))
      expect(most(settled, 'window')).toBeLessThanOrEqual(3 * least(settled, 'window'))
    }),
    { numRuns: 20 },
  )
})

test('a batch now and then that takes far longer does not hold it down', () => {
  check(
    property(anyBackends, integer({ min: 5, max: 9 }), (backends, times) => {
      const { workers } = backends
      const noise = (nth: number) => (nth % 11 === 0 ? times : 1)
      const options = { seconds: 40, workers, backends: () => backends, noise }
      const all = rateOf(between(simulate({ ...options, window: LIMITS.most }), 20, 40))
      expect(rateOf(between(simulate(options), 20, 40))).toBeGreaterThan(
        0.35 * Math.min(all, backends.capacity),
      )
    }),
    { numRuns: 15 },
  )
})

test('however slow they are it goes on, within its bounds', () => {
  const slow = record({
    capacity: integer({ min: 20, max: 2_000 }),
    fixedMs: integer({ min: 50, max: 2_000 }),
    workers: constantFrom(1, 2, 4),
  })
  check(
    property(slow, ({ capacity, fixedMs, workers }) => {
      const moments = simulate({ seconds: 60, workers, backends: () => ({ capacity, fixedMs }) })
      expect(least(moments, 'window')).toBeGreaterThanOrEqual(LIMITS.least)
      expect(most(moments, 'window')).toBeLessThanOrEqual(LIMITS.most)
      const late = between(moments, 30, 60)
      expect(late.at(-1)!.recorded).toBeGreaterThan(late[0]!.recorded)
    }),
    { numRuns: 15 },
  )
})

test('when they slow down it backs off within seconds, and comes back when they recover', () => {
  const change = record({
    capacity: integer({ min: 4_000, max: 15_000 }),
    factor: integer({ min: 5, max: 12 }),
    workers: constantFrom(1, 2),
  })
  check(
    property(change, ({ capacity, factor, workers }) => {
      const isSlow = (ms: number) => ms >= 15_000 && ms < 30_000
      const moments = simulate({
        ...{ seconds: 50, workers },
        backends: (ms) => ({ capacity: isSlow(ms) ? capacity / factor : capacity, fixedMs: 5 }),
      })
      const [before, slow, again] = [
        between(moments, 12, 15),
        between(moments, 24, 30),
        between(moments, 42, 50),
      ]
      expect(most(slow, 'window')).toBeLessThan(least(before, 'window') / 2)
      // As it would be with the window of before: the lag would be `factor` times as long.
      expect(most(slow, 'lagMs')).toBeLessThan(
        allowedMs({ capacity: capacity / factor, fixedMs: 5, workers }),
      )
      expect(rateOf(slow)).toBeGreaterThan((0.4 * capacity) / factor)
      expect(rateOf(again)).toBeGreaterThan(0.5 * rateOf(before))
    }),
    { numRuns: 15 },
  )
})

test('a sale of two hundred, and the first seconds of a large one, take no longer than with a fixed window', () => {
  check(
    property(anyBackends, integer({ min: 1, max: 200 }), (backends, stock) => {
      const { workers } = backends
      const options = { seconds: 6, workers, backends: () => backends, joined: () => stock }
      const doneMs = (moments: Moment[]) => moments.find(({ recorded }) => recorded === stock)?.ms
      expect(doneMs(simulate(options))).toBe(doneMs(simulate({ ...options, window: LIMITS.most })))
    }),
    { numRuns: 15 },
  )
  check(
    property(anyBackends, ({ capacity, fixedMs, workers }) => {
      const options = { seconds: 5, workers, backends: () => ({ capacity, fixedMs }) }
      const fixed = simulate({ ...options, window: LIMITS.most }).at(-1)!.recorded
      expect(simulate(options).at(-1)!.recorded).toBeGreaterThan(0.4 * fixed)
    }),
    { numRuns: 15 },
  )
})

test('it stops when MySQL stops, and goes on when it goes on', () => {
  const stops = (ms: number) => ms >= 10_000 && ms < 20_000
  const moments = simulate({
    ...{ seconds: 40, workers: 2 },
    backends: (ms) => ({ capacity: 5_000, fixedMs: stops(ms) ? 20_000 - ms : 5 }),
  })
  expect(most(between(moments, 19, 20), 'window')).toBeLessThan(least(between(moments, 8, 10), 'window') / 4)
  expect(rateOf(between(moments, 11, 20))).toBe(0)
  expect(rateOf(between(moments, 30, 40))).toBeGreaterThan(0.8 * rateOf(between(moments, 5, 10)))
})
