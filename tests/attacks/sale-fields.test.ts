import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { select } from '../../platform/mysql.ts'
import { eventually } from '../door/call.ts'
import type { OrderRow } from '../lend-stack.ts'
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
  currency: 'XXX',
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

test.each([...Object.entries(WISHES), ['everything', undefined] as const])(
  'a click that says its %s',
  async (name, value) => {
    const before = await saleRow()
    const buyer = `wish-${name}`
    const wish = name === 'everything' ? WISHES : { [name]: value }
    const answer = await shop.send(
      'POST',
      `/api/sales/${shop.sale}/orders`,
      shop.as(buyer),
      JSON.stringify(wish),
    )
    expect(answer.status).toBe(202)
    const mine = async () =>
      (await shop.orders(shop.sale)).filter((order) => order.number === answer.json.number)
    await eventually(async () => (await mine()).length === 1)
    expect(await mine()).toMatchObject([
      { buyer, quantity: 1, amount_cents: 4_900, currency: 'EUR', state: 'awaiting_payment' },
    ])
    const [{ pay_by, created_at }] = (await mine()) as [OrderRow]
    expect(pay_by.getTime() - created_at.getTime()).toBeLessThanOrEqual(900_000 + 1_000)
    expect(await saleRow()).toEqual(before)
  },
)

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
