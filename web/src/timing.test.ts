import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readRetryAfter } from './call.ts'
import { serverOffset } from './clock.ts'
import { countdownParts, roughly, seconds } from './duration.ts'
import { formatMoney } from './money.ts'
import { pollDelay } from './poll-delay.ts'
import { readPlace } from './remember-place.ts'
import { saleDelay } from './watch-sale.ts'

test('the offset is wrong by half the shortest round trip at most, however the two ways differ', () => {
  const trip = fc.record({
    there: fc.integer({ min: 0, max: 2_000 }),
    back: fc.integer({ min: 0, max: 2_000 }),
  })
  fc.assert(
    fc.property(
      fc.integer({ min: -1e9, max: 1e12 }),
      fc.array(trip, { minLength: 1, maxLength: 6 }),
      (ahead, trips) => {
        const samples = trips.map(({ there, back }, i) => {
          const sentAt = i * 5_000
          return { sentAt, server: sentAt + there + ahead, receivedAt: sentAt + there + back }
        })
        const best = Math.min(...trips.map(({ there, back }) => there + back))
        expect(Math.abs((serverOffset(samples) ?? Number.NaN) - ahead)).toBeLessThanOrEqual(best / 2)
      },
    ),
  )
  expect(serverOffset([])).toBeUndefined()
})

test('polls keep the delay that the server names, whatever it is', () => {
  expect(pollDelay({ kind: 'ok', status: 200, body: { pollAfterMs: 7_300 } }, 0)).toBe(7_300)
  expect(pollDelay({ kind: 'ok', status: 200, body: { pollAfterMs: 0 } }, 0)).toBe(200)
  expect(pollDelay({ kind: 'ok', status: 200, body: {} }, 0)).toBe(2_000)
  for (const status of [429, 503]) {
    const refused = { kind: 'refused', status, code: 'busy', retryAfterMs: 90_000 } as const
    for (const random of [0, 0.5, 1]) expect(pollDelay(refused, 1, random)).toBeGreaterThanOrEqual(90_000)
  }
})

test('silence and failures back off, doubling, to a bound', () => {
  const delays = [1, 2, 3, 4, 5, 6, 50].map((failures) => pollDelay({ kind: 'lost' }, failures, 1))
  expect(delays).toEqual([1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000])
  expect(pollDelay({ kind: 'refused', status: 500, code: 'unavailable' }, 3, 0)).toBe(3_000)
})

test('the sale is looked at often only near its opening and while it is open', () => {
  const sale = { id: 1, title: '', price: 1, currency: 'EUR', closesAt: 9e15, perUser: 1, now: 0 }
  expect(saleDelay({ ...sale, state: 'upcoming', opensAt: 3_600_000 }, 0.5)).toBe(30_000)
  expect(saleDelay({ ...sale, state: 'upcoming', opensAt: 20_000 }, 0.5)).toBe(5_000)
  expect(saleDelay({ ...sale, state: 'open', opensAt: -1 }, 0.5)).toBe(5_000)
  expect(saleDelay({ ...sale, state: 'sold_out', opensAt: -1 }, 0.5)).toBe(30_000)
})

test('Retry-After is read in seconds, and nothing else is guessed', () => {
  expect(readRetryAfter('3')).toBe(3_000)
  for (const odd of [null, '', '-1', '1.5', 'soon', 'Wed, 21 Oct 2030 07:28:00 GMT'])
    expect(readRetryAfter(odd)).toBeUndefined()
})

test('durations in figures and in words', () => {
  const shown = (ms: number) =>
    countdownParts(ms)
      .map(({ value, unit }) => `${value} ${unit}`)
      .join(' ')
  expect(shown(0)).toBe('00 min 00 sec')
  expect(shown(1)).toBe('00 min 01 sec')
  expect(shown(3_600_000)).toBe('01 hour 00 min 00 sec')
  expect(shown(90_061_000)).toBe('1 day 01 hour 01 min 01 sec')
  expect(shown(-5)).toBe('00 min 00 sec')
  expect(['-5', 0, 12_000, 60_000, 600_000, 7_200_000].map((ms) => roughly(Number(ms)))).toEqual([
    'a few seconds',
    'a few seconds',
    'about 15 seconds',
    'about a minute',
    'about 10 minutes',
    'about 2 hours',
  ])
  expect(seconds(1)).toBe('1 s')
})

test('prices follow their currency', () => {
  expect(formatMoney(4900, 'EUR')).toBe('€49.00')
  expect(formatMoney(4900, 'JPY')).toBe('¥4,900')
  expect(formatMoney(1, 'USD')).toBe('$0.01')
  expect(formatMoney(4900, 'no code')).toBe('49.00 no code')
})

test('a damaged memory is forgotten, not believed', () => {
  for (const text of [null, '', '{', 'null', '[]', '{"ticket":1}', '{"ticket":"t","number":1}'])
    expect(readPlace(text)).toBeUndefined()
  const place = { ticket: 't', number: 1, state: 'waiting', firstPosition: 1, seenAt: 1 }
  expect(readPlace(JSON.stringify(place))).toEqual({ ...place, quantity: 1 })
})
