import { expect, test } from 'vitest'
import { ERRORS } from '../../contract/errors.ts'
import { ORDER_STATES, REFUSED_STATES, type TicketState } from '../../contract/words.ts'
import { describe as describeDesk } from './describe.ts'
import type { Desk } from './desk.ts'
import { isFinal, isNews, joined, type Place, seen } from './place.ts'
import { REFUSAL_WORDS, wordsFor } from './refusal-words.ts'
import type { SaleCard } from './sale.ts'
import { takeRefusal } from './take-refusal.ts'
import { nextTick } from './tick.ts'

const T = 1_900_000_000_000
const sale: SaleCard = {
  id: 1,
  title: 'Kettle',
  price: 4900,
  currency: 'EUR',
  state: 'upcoming',
  opensAt: T,
  closesAt: T + 3_600_000,
  now: T,
  perUser: 1,
}
const desk: Desk = { sale, quantity: 1 }
const place: Place = joined({ ticket: 't', number: 7, position: 10, etaMs: 60_000 }, 1, T)
const at = (state: TicketState, more: Partial<Place> = {}): Desk => ({
  ...desk,
  place: { ...place, state, ...more },
})

test('the button is shut one ms before the opening, and opens on it, whatever the last poll said', () => {
  expect(describeDesk(desk, T - 1).buy).toEqual({ label: 'Not open yet', enabled: false })
  expect(describeDesk(desk, T).buy).toEqual({ label: 'Buy now', enabled: true })
  expect(describeDesk(desk, T + 3_600_000).buy).toBeUndefined()
})

test('a paused, sold out or ended sale offers no click', () => {
  for (const state of ['paused', 'sold_out', 'ended'] as const)
    expect(describeDesk({ ...desk, sale: { ...sale, state } }, T + 1).buy?.enabled ?? false).toBe(false)
})

test('only an ended sale leads on to the others: in every other there may still be something to do', () => {
  const leadsOn = (state: SaleCard['state']) =>
    describeDesk({ ...desk, sale: { ...sale, state } }, T + 1).others
  expect((['open', 'paused', 'sold_out', 'ended'] as const).filter(leadsOn)).toEqual(['ended'])
})

test('while a click is on its way no second one is offered', () => {
  expect(describeDesk({ ...desk, joining: { attempts: 0 } }, T).buy?.enabled).toBe(false)
  expect(describeDesk({ ...at('expired'), joining: { attempts: 2 } }, T).buy?.enabled).toBe(false)
})

test('every state of a ticket has words, and only an ended one offers to join again', () => {
  const states: TicketState[] = ['waiting', 'released', ...ORDER_STATES, ...REFUSED_STATES]
  for (const state of states) {
    const view = describeDesk(at(state), T + 1)
    expect(view.headline.length, state).toBeGreaterThan(5)
    expect(view.detail.length, state).toBeGreaterThan(5)
    if (view.buy) expect(isFinal(state), state).toBe(true)
    expect(view.canLeave ?? false, state).toBe(state === 'waiting')
    expect(view.pay !== undefined, state).toBe(state === 'awaiting_payment')
  }
})

test('every refusal of the contract has words, and an unknown one too', () => {
  expect(Object.keys(REFUSAL_WORDS).sort()).toEqual(Object.keys(ERRORS).sort())
  expect(wordsFor('invented_next_year').headline).toBe('That did not work')
})

test('a refused click waits for as long as the server says, then may be repeated', () => {
  const refused = takeRefusal(
    desk,
    { kind: 'refused', status: 503, code: 'line_full', retryAfterMs: 5_000 },
    T,
  )
  expect(describeDesk(refused, T + 100).buy).toEqual({ label: 'Try again in 5 s', enabled: false })
  expect(describeDesk(refused, T + 4_999).buy?.enabled).toBe(false)
  expect(describeDesk(refused, T + 5_000).buy).toEqual({ label: 'Try again', enabled: true })
  const fast = takeRefusal(
    desk,
    { kind: 'refused', status: 429, code: 'too_many_requests', retryAfterMs: 2_000 },
    T,
  )
  expect(describeDesk(fast, T + 1_999).headline).toBe('One moment')
  expect(describeDesk(fast, T + 2_000).buy).toEqual({ label: 'Buy now', enabled: true })
})

test('not_open moves the opening; sold_out, ended and paused are believed at once', () => {
  const later = takeRefusal(desk, { kind: 'refused', status: 409, code: 'not_open', opensAt: T + 9_000 }, T)
  expect(describeDesk(later, T + 8_999).buy?.enabled).toBe(false)
  expect(describeDesk(later, T + 9_000).buy?.enabled).toBe(true)
  for (const code of ['sold_out', 'ended', 'paused'] as const)
    expect(takeRefusal(desk, { kind: 'refused', status: 410, code }, T).sale.state).toBe(code)
  const blocked = takeRefusal(desk, { kind: 'refused', status: 403, code: 'blocked' }, T)
  expect(describeDesk(blocked, T + 60_000).buy).toBeUndefined()
})

test('a place in line shows position, progress and the waiting time, counted on between polls', () => {
  const view = describeDesk(at('waiting', { position: 4 }), T + 30_000)
  expect(view.figure?.parts).toEqual([{ value: '4', unit: '' }])
  expect(view.progress).toEqual({ done: 7, of: 11 })
  expect(view.facts).toContainEqual(['Waiting time', 'about 30 seconds'])
  const standby = seen(place, { state: 'waiting', position: 9 }, T)
  expect(describeDesk({ ...desk, place: standby }, T).detail).toContain('stand by')
})

test('an order shows its own price and the time to pay', () => {
  const payBy = T + 65_000
  const view = describeDesk(at('awaiting_payment', { order: '1-7', payBy, quantity: 2 }), T)
  expect(view.pay?.label).toBe('Pay now, €98.00')
  expect(view.figure?.parts.map(({ value }) => value)).toEqual(['01', '05'])
  expect(view.facts?.[0]).toEqual(['Order', '1-7'])
  expect(
    describeDesk(at('awaiting_payment', { order: '1-7', amount: 4900, quantity: 2 }), T).pay?.label,
  ).toBe('Pay now, €49.00')
})

test('what another tab saw counts only when it is newer, and never undoes an end', () => {
  const newer = { ...place, position: 3, seenAt: T + 5 }
  expect(isNews(place, newer)).toBe(true)
  expect(isNews(newer, place)).toBe(false)
  expect(isNews({ ...place, state: 'left' }, newer)).toBe(false)
})

test('the page is painted again on the instant of the opening, and at least once a second', () => {
  expect(nextTick(desk, T - 250)).toBe(250)
  expect(nextTick(desk, T - 60_250)).toBe(250)
  expect(nextTick({ ...desk, sale: { ...sale, closesAt: T + 10_000 } }, T)).toBe(1_000)
})

test('a sale with a challenge offers it in the last minute before the opening, and waits for the opening after it', () => {
  const asking: Desk = { ...desk, sale: { ...sale, challenge: 'captcha' } }
  expect(describeDesk(asking, T - 60_001).buy).toEqual({ label: 'Not open yet', enabled: false })
  expect(describeDesk(asking, T - 60_000).buy).toEqual({ label: 'Answer the question now', enabled: true })
  expect(describeDesk({ ...asking, pass: 'p' }, T - 1_000).buy?.enabled).toBe(false)
  expect(describeDesk({ ...asking, pass: 'p' }, T).buy).toEqual({ label: 'Buy now', enabled: true })
  expect(describeDesk({ ...desk, sale: { ...sale, challenge: 'none' } }, T - 1_000).buy?.enabled).toBe(false)
})

test('while the challenge stands open there is nothing else to press; an end of the sale shows through', () => {
  for (const challenge of ['coming', 'captcha', 'quiz', 'pow'] as const) {
    for (const now of [T - 1_000, T]) {
      const view = describeDesk({ ...desk, challenge }, now)
      expect([view.challenge, view.buy, view.figure !== undefined]).toEqual([true, undefined, now < T])
    }
    expect(describeDesk({ ...at('expired'), challenge }, T).challenge).toBe(true)
    expect(
      describeDesk({ ...at('waiting'), challenge }, T).challenge,
      'another tab has a place',
    ).toBeUndefined()
    const over: Desk = { ...desk, challenge, sale: { ...sale, state: 'sold_out' } }
    expect(describeDesk(over, T)).toMatchObject({ headline: 'Sold out' })
    expect(describeDesk(over, T).challenge).toBeUndefined()
  }
})
