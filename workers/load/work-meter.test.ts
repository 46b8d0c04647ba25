import { expect, test } from 'vitest'
import { createWorkMeter } from './work-meter.ts'

const message = (tickets: number, releasedAt: number) => ({ tickets: Array(tickets).fill(0), releasedAt })

/** A worker that was idle for a while, and then recorded one batch after the other, each of these sizes and times. */
function working(batches: { tickets: number; ms: number }[]) {
  let now = 1_000_000
  const meter = createWorkMeter(() => now)
  now += 60_000
  const keys = batches.map(() => ({}))
  const released = now - 40
  batches.forEach(({ tickets }, i) => {
    meter.take(keys[i]!, message(tickets, released))
  })
  batches.forEach(({ tickets, ms }, i) => {
    const end = meter.begin(tickets)
    now += ms
    meter.recorded({
      tickets,
      batchMs: ms,
      transactionsMs: [ms - 2],
      lagMsSum: tickets * (now - released),
    })
    end()
    meter.drop(keys[i]!)
  })
  return { meter, pass: (ms: number) => (now += ms), now: () => now }
}

test('a worker that has done nothing says so', () => {
  expect(createWorkMeter().load()).toEqual({
    ...{ tickets: 0, batches: 0, perSecond: 0, batchTickets: 0, batchMs: 0, dbMs: 0 },
    ...{ lagMs: 0, inHand: 0, oldestMs: 0 },
  })
})

test('rates are those of the time in which there was work, means those of tickets and batches', () => {
  const { meter, pass } = working([
    { tickets: 100, ms: 50 },
    { tickets: 300, ms: 150 },
  ])
  const wanted = { tickets: 400, batches: 2, perSecond: 2_000, batchTickets: 200, batchMs: 100, dbMs: 98 }
  // A hundred waited 40 + 50 ms, three hundred 40 + 200.
  expect(meter.load()).toEqual({ ...wanted, lagMs: 203, inHand: 0, oldestMs: 0 })
  pass(5_000)
  expect(meter.load()).toMatchObject(wanted)
  pass(10_000)
  expect(meter.load()).toMatchObject({ tickets: 400, batches: 2, perSecond: 0, lagMs: 0, dbMs: 0 })
})

test('only what is recent counts, and at least three batches', () => {
  const quick = working(Array.from({ length: 100 }, (_, n) => ({ tickets: n < 50 ? 10 : 100, ms: 50 })))
  expect(quick.meter.load()).toMatchObject({ perSecond: 2_000, batchTickets: 100, batches: 100 })
  const slow = working(Array.from({ length: 5 }, (_, n) => ({ tickets: n < 2 ? 10 : 100, ms: 2_000 })))
  expect(slow.meter.load()).toMatchObject({ perSecond: 50, batchTickets: 100, batchMs: 2_000, lagMs: 8_040 })
})

test('what hangs is seen before it ends: the rate sinks, the age of the oldest ticket and of the batch rise', () => {
  const { meter, pass, now } = working([{ tickets: 100, ms: 50 }])
  const key = {}
  meter.take(key, message(70, now() - 10))
  const end = meter.begin(70)
  pass(950)
  expect(meter.load()).toMatchObject({ perSecond: 111, dbMs: 950, inHand: 70, oldestMs: 960 })
  end()
  meter.drop(key)
  meter.drop(key)
  expect(meter.load()).toMatchObject({ dbMs: 48, inHand: 0, oldestMs: 0 })
})
