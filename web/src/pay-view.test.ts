import { expect, test } from 'vitest'
import { describe as describeDesk } from './describe.ts'
import type { Desk } from './desk.ts'
import { joined, type Place, seen } from './place.ts'
import { takeRefusal } from './take-refusal.ts'

const T = 1_900_000_000_000
const sale = {
  ...{ id: 1, title: 'Kettle', price: 4900, currency: 'EUR', state: 'open' as const },
  ...{ opensAt: T, closesAt: T + 3_600_000, now: T, perUser: 1 },
}
const place: Place = seen(
  joined({ ticket: 't', number: 7, position: 1 }, 1, T),
  { state: 'awaiting_payment', order: '1-7', payBy: T + 60_000 },
  T,
)
const desk = (more: Partial<Desk> = {}): Desk => ({ sale, quantity: 1, place, ...more })

test('an order that awaits its payment can be paid and cancelled, until its time is over', () => {
  const view = describeDesk(desk(), T)
  expect(view.pay).toEqual({ label: 'Pay now, €49.00', enabled: true })
  expect(view.canCancel).toBe(true)
  expect(view.figure?.label).toBe('Pay within')
  const over = describeDesk(desk(), T + 60_000)
  expect([over.pay, over.canCancel, over.figure]).toEqual([undefined, undefined, undefined])
  expect(over.headline).toBe('The time to pay is over')
})

test('while the shop is asked, neither button can be pressed again', () => {
  for (const doing of ['opening', 'leaving', 'cancelling'] as const) {
    const view = describeDesk(desk({ payment: { doing } }), T)
    expect([view.pay?.enabled, view.canCancel], doing).toEqual([false, undefined])
  }
})

test('who comes back from paying sees that it is being confirmed, until a poll says how it ended', () => {
  const paid = { ...place, confirming: true }
  for (const state of ['awaiting_payment', 'expiring'] as const) {
    const view = describeDesk(desk({ place: seen(paid, { state, order: '1-7' }, T) }), T + 120_000)
    expect(view.headline, state).toBe('Your payment is being confirmed')
    expect([view.pay, view.canCancel], state).toEqual([undefined, undefined])
  }
  for (const state of ['paid', 'expired', 'refunding', 'refunded', 'cancelled'] as const) {
    const after = seen(paid, { state, order: '1-7' }, T)
    expect(after.confirming, state).toBeUndefined()
    expect(describeDesk(desk({ place: after }), T).headline, state).not.toContain('being confirmed')
  }
})

test.each([
  ['unavailable', true],
  ['busy', true],
  ['too_many_requests', true],
  ['unauthenticated', true],
  ['a code of next year', true],
  ['conflict', false],
  ['sold_out', false],
])('a refusal %s has words, and after its wait the button opens: %s', (refused, opens) => {
  const payment = { refused, until: T + 2_000 }
  const early = describeDesk(desk({ payment }), T)
  expect(early.pay).toMatchObject({ label: 'Pay now in 2 s', enabled: false })
  expect(early.pay?.note?.length).toBeGreaterThan(20)
  expect(describeDesk(desk({ payment }), T + 2_000).pay).toMatchObject({
    label: 'Pay now, €49.00',
    enabled: opens,
  })
})

test('a refused click of the line says nothing about the payment', () => {
  const refused = takeRefusal(desk(), { kind: 'refused', status: 503, code: 'busy', retryAfterMs: 1 }, T)
  expect(describeDesk(refused, T).pay).toEqual({ label: 'Pay now, €49.00', enabled: true })
})
