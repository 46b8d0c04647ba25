import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Answer, type Counter, openCounter } from './counter.ts'

// Paying and cancelling as a buyer's client does it, with the provider's books beside.

let counter: Counter
let sale: number

beforeAll(async () => {
  counter = await openCounter()
  sale = await counter.sell({ stock: 20 })
})
afterAll(() => counter?.close())

const pay = (order: string, buyer: string, headers: Record<string, string> = {}): Promise<Answer> =>
  counter.call('POST', `/api/orders/${order}/payment`, { as: buyer, headers })
const cancel = (order: string, buyer: string): Promise<Answer> =>
  counter.call('DELETE', `/api/orders/${order}`, { as: buyer })
const code = ({ status, body }: Answer): [number, string] => [status, body.code]
const bookedOf = async (order: string) => (await counter.booked(sale)).filter(({ id }) => id === order)

test('another buyer’s order can not be paid or cancelled: it is as unknown as one that does not exist', async () => {
  const order = await counter.order(sale, 'owner')
  const before = await counter.rows(sale)
  for (const [i, other] of [order, `${sale}-424242`, '424242-1', 'nonsense'].entries()) {
    // Another one each time: the door lets nobody ask so fast.
    const thief = `thief-${i}`
    expect(code(await pay(other, thief)), other).toEqual([404, 'unknown_order'])
    expect(code(await cancel(other, thief)), other).toEqual([404, 'unknown_order'])
    const read = await counter.call('GET', `/api/orders/${other}`, { as: thief })
    expect(code(read), other).toEqual([404, 'unknown_order'])
  }
  for (const method of ['POST', 'DELETE'] as const) {
    const path = method === 'POST' ? `/api/orders/${order}/payment` : `/api/orders/${order}`
    expect(code(await counter.call(method, path))).toEqual([401, 'unauthenticated'])
    const spoofed = await counter.call(method, path, { headers: { 'x-user-id': 'owner' } })
    expect(code(spoofed)).toEqual([401, 'unauthenticated'])
  }
  expect(await counter.rows(sale)).toEqual(before)
  expect(await bookedOf(order)).toEqual([])
})

test('paying twice, with the same or another Idempotency-Key, and at once: one payment and one charge', async () => {
  const order = await counter.order(sale, 'twice')
  const answers = [
    await pay(order, 'twice', { 'idempotency-key': 'one' }),
    await pay(order, 'twice', { 'idempotency-key': 'one' }),
    await pay(order, 'twice', { 'idempotency-key': 'two' }),
    ...(await Promise.all([1, 2, 3].map((n) => pay(order, 'twice', { 'idempotency-key': `at-once-${n}` })))),
  ]
  expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201, 201, 201])
  expect(new Set(answers.map(({ body }) => body.payUrl)).size).toBe(1)
  expect(await bookedOf(order)).toMatchObject([{ state: 'open', chargedCents: 0 }])

  const accept = `${answers[0]!.body.payUrl}/accept`
  const pressed = await Promise.all(
    [1, 2, 3].map(() => fetch(accept, { method: 'POST', redirect: 'manual' })),
  )
  expect(pressed.map(({ status }) => status)).toEqual([303, 303, 303])
  await counter.until(order, 'paid')
  expect(await bookedOf(order)).toMatchObject([{ state: 'succeeded', chargedCents: 4900, refundedCents: 0 }])

  expect(code(await pay(order, 'twice'))).toEqual([409, 'conflict'])
  expect(code(await cancel(order, 'twice'))).toEqual([409, 'conflict'])
  expect(await counter.state(order)).toBe('paid')
})

test('two first clicks at the same instant open one payment', async () => {
  const order = await counter.order(sale, 'at-once')
  const answers = await Promise.all(Array.from({ length: 6 }, () => pay(order, 'at-once')))
  expect(answers.map(({ status }) => status)).toEqual(Array(6).fill(201))
  expect(await bookedOf(order)).toHaveLength(1)
})

test('a provider that does it and then fails: unavailable, and the next click finds the payment', async () => {
  const order = await counter.order(sale, 'fail-after')
  await counter.provider('POST', '/sandbox/behaviour', { failAfterRate: 1 })
  const answer = await pay(order, 'fail-after')
  expect(code(answer)).toEqual([503, 'unavailable'])
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
  expect(await bookedOf(order)).toMatchObject([{ state: 'open' }])
  await counter.provider('POST', '/sandbox/behaviour', { failAfterRate: 0 })
  expect((await pay(order, 'fail-after')).status).toBe(201)
  expect(await bookedOf(order)).toHaveLength(1)
})

test('cancelling gives the unit back once, also when it is asked again, and can not be undone by paying', async () => {
  const order = await counter.order(sale, 'cancels')
  expect((await cancel(order, 'cancels')).status).toBe(204)
  const after = await counter.rows(sale)
  expect((await cancel(order, 'cancels')).status).toBe(204)
  expect(await counter.rows(sale)).toEqual(after)
  expect(code(await pay(order, 'cancels'))).toEqual([409, 'conflict'])
  expect(await bookedOf(order)).toEqual([])
})

test('cancelling with a payment open makes it void at the provider first', async () => {
  const order = await counter.order(sale, 'cancels-open')
  expect((await pay(order, 'cancels-open')).status).toBe(201)
  await counter.provider('POST', '/sandbox/behaviour', { unknownMs: 60_000 })
  const before = await counter.rows(sale)
  expect(code(await cancel(order, 'cancels-open'))).toEqual([503, 'unavailable'])
  expect(await counter.rows(sale)).toEqual(before)
  await counter.provider('POST', '/sandbox/behaviour', { unknownMs: 0 })
  expect((await cancel(order, 'cancels-open')).status).toBe(204)
  expect(await bookedOf(order)).toMatchObject([{ state: 'void', chargedCents: 0 }])
  const late = await counter.provider('POST', `/sandbox/payments/${order}/pay`)
  expect(late.status).toBe(409)
})

test('who has paid can not cancel any more, although no event has arrived', async () => {
  const order = await counter.order(sale, 'paid-first')
  expect((await pay(order, 'paid-first')).status).toBe(201)
  await counter.provider('POST', '/sandbox/behaviour', { webhookDrop: 1 })
  await counter.provider('POST', `/sandbox/payments/${order}/pay`)
  await counter.provider('POST', '/sandbox/behaviour', { webhookDrop: 0 })
  expect(await counter.state(order)).toBe('awaiting_payment')
  expect(code(await cancel(order, 'paid-first'))).toEqual([409, 'conflict'])
  expect(await counter.state(order)).toBe('paid')
})
