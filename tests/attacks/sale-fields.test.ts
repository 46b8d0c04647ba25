import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { select } from '../../platform/mysql.ts'
import { type AttackedShop, openAttackedShop } from './attacked-shop.ts'

// Price, stock, state, time and buyer are the shop's. What a client says of them is never written.

let shop: AttackedShop
beforeAll(async () => {
  shop = await openAttackedShop({ stock: 40, priceCents: 4_900, perUser: 2 })
})
afterAll(() => shop?.close())

const WISHES: Record<string, unknown> = {
  price: 1,
  priceCents: 1,
  amount: 1,
  amount_cents: 1,
  currency: 'JPY',
  stock: 1_000_000,
  sold: 0,
  left: 9,
  perUser: 99,
  per_user: 99,
  state: 'paid',
  phase: 'closed',
  buyer: 'victim',
  user: 'victim',
  sub: 'victim',
  userId: 'victim',
  number: 1,
  position: 1,
  ticket: '1.1.1.1.x.y',
  order: '1-1',
  opensAt: 0,
  closesAt: 4e12,
  payBy: 4e12,
  paid: true,
  epoch: 9,
  served: 1e9,
  sale: 1,
  id: 1,
  version: 99,
  live: null,
  admin: true,
  coupon: "' OR 1=1 --",
}

const saleRow = async () =>
  (
    await select(
      shop.mysql,
      'SELECT title, price_cents, currency, stock, per_user, opens_at, closes_at, phase FROM sales WHERE id = ?',
      [shop.sale],
    )
  )[0]

test('a click that says any of them, or all, buys one unit at the price, for its sender', async () => {
  const before = await saleRow()
  const wishes: [string, object][] = [
    ...Object.entries(WISHES).map(([name, value]): [string, object] => [name, { [name]: value }]),
    ['everything', WISHES],
  ]
  const answers = await Promise.all(
    wishes.map(([name, wish]) =>
      shop.send('POST', `/api/sales/${shop.sale}/orders`, shop.as(`wish-${name}`), JSON.stringify(wish)),
    ),
  )
  expect(answers.map(({ status }) => status)).toEqual(wishes.map(() => 202))
  await shop.books()
  const orders = await shop.orders(shop.sale)
  expect(orders.map(({ buyer }) => buyer).sort()).toEqual(wishes.map(([name]) => `wish-${name}`).sort())
  for (const [i, [name]] of wishes.entries()) {
    const order = orders.find(({ number }) => number === answers[i]!.json.number)!
    expect(order, name).toMatchObject({
      ...{
        buyer: `wish-${name}`,
        quantity: 1,
        amount_cents: 4_900,
        currency: 'EUR',
        state: 'awaiting_payment',
      },
    })
    expect(order.pay_by.getTime() - order.created_at.getTime(), name).toBeLessThanOrEqual(900_000 + 1_000)
  }
  expect(await saleRow()).toEqual(before)
})

describe('an order', () => {
  let order: string
  beforeAll(async () => {
    ;({ order } = await shop.honest('payer'))
  })
  const wishes = JSON.stringify({
    ...WISHES,
    returnUrl: 'http://evil.example',
    payUrl: 'http://evil.example',
  })

  test('is paid at its price, whatever the body says', async () => {
    const answer = await shop.send('POST', `/api/orders/${order}/payment?amount=1`, shop.as('payer'), wishes)
    expect(answer.status).toBe(201)
    expect(answer.json.payUrl).not.toContain('evil')
    const [payment] = await select(
      shop.mysql,
      'SELECT amount_cents, currency, state FROM payments WHERE sale_id = ? AND number = ?',
      order.split('-'),
    )
    expect(payment).toEqual({ amount_cents: 4_900, currency: 'EUR', state: 'open' })
    const page = await (await fetch(answer.json.payUrl)).text()
    expect(page).toMatch(/49[.,]00/)
  })

  test('is not called paid by its buyer', async () => {
    const before = await shop.books()
    const paid = JSON.stringify({
      id: 'evt_mine',
      type: 'payment.succeeded',
      payment: order,
      amount: 4_900,
      currency: 'EUR',
    })
    for (const [method, path] of [
      ['POST', `/api/orders/${order}`],
      ['PUT', `/api/orders/${order}`],
      ['PATCH', `/api/orders/${order}`],
      ['POST', '/api/orders'],
      ['PUT', `/api/sales/${shop.sale}`],
      ['PATCH', `/api/sales/${shop.sale}`],
      ['POST', '/api/sales'],
      ['DELETE', `/api/sales/${shop.sale}`],
      ['PUT', `/api/sales/${shop.sale}/orders`],
    ] as const) {
      const { status } = await shop.send(method, path, shop.as(`caller${method}${path.length}`), wishes)
      expect(status, `${method} ${path}`).toBe(405)
    }
    const answer = await shop.send('POST', '/api/payments/webhook', shop.as('payer'), paid)
    expect([answer.status, answer.json.code]).toEqual([401, 'unauthenticated'])
    expect(await shop.books()).toEqual(before)
  })
})

test('the books are in order after all this', async () => {
  expect((await shop.audit(shop.sale)).audit).toMatchObject({
    ok: true,
    sold: Object.keys(WISHES).length + 2,
  })
})
