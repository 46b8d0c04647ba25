import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sumMetric } from '../../platform/sum-metric.ts'
import { type Answer, type Counter, eventually, openCounter, signature } from './counter.ts'

// The provider's events on their whole way: through the door, a gateway and into MySQL. What is not true changes nothing.

let counter: Counter
let sale: number
/** An order with a payment that is open. */
let order: string

beforeAll(async () => {
  counter = await openCounter()
  sale = await counter.sell()
  order = await counter.order(sale, 'webhook-buyer')
  const { status } = await counter.call('POST', `/api/orders/${order}/payment`, { as: 'webhook-buyer' })
  expect(status).toBe(201)
})
afterAll(() => counter?.close())

const event = (more: Record<string, unknown> = {}): string =>
  JSON.stringify({
    ...{
      id: `evt_${randomUUID()}`,
      type: 'payment.succeeded',
      payment: order,
      amount: 4900,
      currency: 'EUR',
    },
    ...more,
  })

const send = (body: string, header?: string): Promise<Answer> =>
  counter.call('POST', '/api/payments/webhook', {
    headers: {
      'content-type': 'application/json',
      ...(header === undefined ? {} : { 'payment-signature': header }),
    },
    body,
  })

const secret = () => counter.stack.secrets.webhook
const signed = (body: string) => send(body, signature(secret(), body))

/** Sends what must be refused: its code, one more in its counter, and nothing else anywhere. */
async function refused(
  outcome: string,
  what: () => Promise<Answer>,
  [status, code]: [number, string],
): Promise<void> {
  const [before, count] = [await counter.rows(sale), await counter.counted(outcome)]
  const answer = await what()
  expect([answer.status, answer.body.code]).toEqual([status, code])
  expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/)
  expect(await counter.rows(sale)).toEqual(before)
  expect(await counter.counted(outcome)).toBe(count + 1)
}

const UNSIGNED: [number, string] = [401, 'unauthenticated']

test.each<[string, () => Promise<Answer>]>([
  ['without a signature', () => send(event())],
  [
    'with another secret',
    () => {
      const body = event()
      return send(body, signature('x'.repeat(40), body))
    },
  ],
  ['with the signature of another event', () => send(event(), signature(secret(), event()))],
  ['with a signature in other words', () => send(event(), 'true')],
  [
    'signed six minutes ago',
    () => {
      const body = event()
      return send(body, signature(secret(), body, Date.now() - 360_000))
    },
  ],
  [
    'signed six minutes from now',
    () => {
      const body = event()
      return send(body, signature(secret(), body, Date.now() + 360_000))
    },
  ],
  [
    'with the time of another signature',
    () => {
      const body = event()
      const old = signature(secret(), body, Date.now() - 360_000)
      return send(body, old.replace(/t=\d+/, `t=${Date.now()}`))
    },
  ],
  [
    'with one space more than was signed',
    () => {
      const body = event()
      return send(`${body} `, signature(secret(), body))
    },
  ],
])('an event %s', (_, what) => refused('unsigned', what, UNSIGNED))

test.each([
  ['a cent less', { amount: 4899 }],
  ['another currency', { currency: 'USD' }],
])('an event with %s', (_, more) => refused('mismatch', () => signed(event(more)), [400, 'invalid_request']))

test.each([
  ['that does not exist', () => `${sale}-999999`],
  ['of a sale that does not exist', () => '999999-1'],
  ['whose ID is none', () => '1-1; DROP TABLE orders'],
])('an event for an order %s', (_, payment) =>
  refused('unknown', () => signed(event({ payment: payment() })), [404, 'unknown_order']),
)

test('an event for an order that never opened a payment', async () => {
  const unopened = await counter.order(sale, 'never-opened')
  await refused('unknown', () => signed(event({ payment: unopened })), [404, 'unknown_order'])
})

test.each([
  ['not JSON', '{"id":'],
  ['null', 'null'],
  ['an amount in words', event({ amount: '4900' })],
  ['an event without an ID', event({ id: '' })],
])('a signed body that is no event: %s', (_, body) =>
  refused('malformed', () => signed(body), [400, 'invalid_request']),
)

test.each([5_000, 1_000_000])('a body of %d bytes is refused at the door', async (bytes) => {
  const body = event({ padding: 'x'.repeat(bytes) })
  const [before, count] = [await counter.rows(sale), await refusedByDoor('too_large')]
  const answer = await signed(body)
  expect([answer.status, answer.body.code]).toEqual([413, 'too_large'])
  expect(await counter.rows(sale)).toEqual(before)
  expect(await refusedByDoor('too_large')).toBe(count + 1)
})

test('another type of body', async () => {
  const before = await counter.rows(sale)
  const body = event()
  const headers = { 'content-type': 'text/plain', 'payment-signature': signature(secret(), body) }
  const answer = await counter.call('POST', '/api/payments/webhook', { headers, body })
  expect([answer.status, answer.body.code]).toEqual([415, 'unsupported_type'])
  expect(await counter.rows(sale)).toEqual(before)
})

test('an event of another kind is taken, and changes nothing', async () => {
  const [before, count] = [await counter.rows(sale), await counter.counted('ignored')]
  expect((await signed(event({ type: 'payment.void' }))).status).toBe(204)
  expect(await counter.rows(sale)).toEqual(before)
  expect(await counter.counted('ignored')).toBe(count + 1)
})

test('a true event, sent again, sent five times at once, and sent with another ID: paid once', async () => {
  expect(await counter.state(order)).toBe('awaiting_payment')
  const repeated = await counter.counted('repeated')
  const body = event()
  const all = await Promise.all(Array.from({ length: 5 }, () => signed(body)))
  expect(all.map(({ status }) => status)).toEqual([204, 204, 204, 204, 204])
  const after = await counter.rows(sale)
  expect(await counter.state(order)).toBe('paid')
  expect((await signed(body)).status).toBe(204)
  expect((await signed(event())).status).toBe(204)
  expect(await counter.rows(sale)).toEqual(after)
  expect(after[2]).toHaveLength(1)
  expect(after[4]).toMatchObject([{ paid: 1 }])
  expect(await counter.counted('repeated')).toBe(repeated + 6)
})

test('the provider’s own events, late, last one first and each sent three times more: paid once', async () => {
  const other = await counter.sell()
  const buyers = ['reordered-1', 'reordered-2', 'reordered-3']
  await counter.provider('POST', '/sandbox/behaviour', {
    ...{ webhookDelayMs: [100, 400], webhookReorder: true, webhookRepeat: 3 },
  })
  const orders = await Promise.all(buyers.map((buyer) => counter.order(other, buyer)))
  for (const [i, one] of orders.entries()) {
    expect((await counter.call('POST', `/api/orders/${one}/payment`, { as: buyers[i]! })).status).toBe(201)
    expect((await counter.provider('POST', `/sandbox/payments/${one}/pay`)).status).toBe(200)
  }
  const repeated = await counter.counted('repeated')
  for (const one of orders) await counter.until(one, 'paid')
  await eventually(async () => (await counter.counted('repeated')) >= repeated + 9, 'repeated events')
  const [, , events, , totals] = await counter.rows(other)
  expect(events).toHaveLength(3)
  expect(totals).toMatchObject([{ sold: 3, paid: 3 }])
  await counter.provider('POST', '/sandbox/behaviour', {
    ...{ webhookDelayMs: [0, 0], webhookReorder: false, webhookRepeat: 0 },
  })
})

test('with every event lost, the end of the time to pay asks the provider, and the order is paid', async () => {
  const other = await counter.sell({ payWithinS: 4 })
  await counter.provider('POST', '/sandbox/behaviour', { webhookDrop: 1 })
  const lost = await counter.order(other, 'lost-event')
  expect((await counter.call('POST', `/api/orders/${lost}/payment`, { as: 'lost-event' })).status).toBe(201)
  await counter.provider('POST', `/sandbox/payments/${lost}/pay`)
  await counter.until(lost, 'paid')
  await counter.provider('POST', '/sandbox/behaviour', { webhookDrop: 0 })
  expect(await counter.booked(other)).toMatchObject([{ state: 'succeeded', chargedCents: 4900 }])
})

async function refusedByDoor(code: string): Promise<number> {
  const text = await (await fetch(`${counter.stack.urls.ops}/metrics`)).text()
  return sumMetric(text, 'sluice_door_answers_total', { code })
}
