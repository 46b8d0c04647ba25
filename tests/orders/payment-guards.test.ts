import { afterAll, beforeAll, expect, test } from 'vitest'
import { askProvider } from '../../workers/payments/ask-provider.ts'
import { expireOverdue } from '../../workers/payments/expire-overdue.ts'
import { type LentStores, lendStores } from '../lend-stores.ts'
import { join, makeOrders, payAt, problemsOf, sell, stateOf } from './make-orders.ts'
import { readBooks } from './read-books.ts'
import { cancelOrder, openPayment, orderName, passADay, type Shop, sendWebhook } from './shop.ts'

/** Each guard of a payment, by the one case that it stands for: without it, its test here is red. */

let stores: LentStores

beforeAll(async () => {
  stores = await lendStores({ connections: 8 })
})
afterAll(() => stores?.stop())

/** An order that expired, whose payment comes in all the same. */
async function paidLate(stock: number, more: (shop: Shop) => Promise<unknown>): Promise<Shop> {
  const shop = await makeOrders(stores, stock, ['ann'])
  await openPayment(shop, 1, 'ann')
  await passADay(shop)
  await expireOverdue(shop.backends)
  await askProvider(shop.backends, shop.provider)
  expect(await stateOf(shop, 1)).toBe('expired')
  await more(shop)
  shop.provider.pay(orderName(shop, 1), 'captured')
  expect(await sendWebhook(shop, 1, `late-${shop.sale}`)).toEqual({ status: 204, code: undefined })
  return shop
}

test('a late payment takes a unit that is free', async () => {
  const shop = await paidLate(1, async () => {})
  expect(await stateOf(shop, 1)).toBe('paid')
  expect(await problemsOf(shop)).toEqual([])
})

test('a late payment that finds no unit is given back', async () => {
  const shop = await paidLate(1, async (now) => {
    await join(now, 'bob')
    await sell(now)
  })
  expect(await stateOf(shop, 1)).toBe('refunding')
  await askProvider(shop.backends, shop.provider)
  expect(await stateOf(shop, 1)).toBe('refunded')
  expect(shop.provider.books.get(orderName(shop, 1))?.refunds).toBe(1)
  expect(await problemsOf(shop)).toEqual([])
})

test('a late payment of a buyer who has another order by now is given back', async () => {
  const shop = await paidLate(5, async (now) => {
    await join(now, 'ann')
    await sell(now)
  })
  const { orders } = await readBooks(shop)
  expect([...orders.values()].map(({ state }) => state)).toEqual(['refunding', 'awaiting_payment'])
})

test('a payment of an order that its buyer cancelled is given back, though a unit is free', async () => {
  const shop = await makeOrders(stores, 5, ['ann'])
  await openPayment(shop, 1, 'ann')
  expect((await cancelOrder(shop, 1, 'ann')).status).toBe(204)
  shop.provider.pay(orderName(shop, 1), 'captured')
  expect((await sendWebhook(shop, 1, `late-${shop.sale}`)).status).toBe(204)
  expect(await stateOf(shop, 1)).toBe('refunding')
})

test('an event has its effect once, also under another payment', async () => {
  const shop = await makeOrders(stores, 2, ['ann', 'bob'])
  await payAt(shop, 1, 'ann')
  await payAt(shop, 2, 'bob')
  const event = `the-event-${shop.sale}`
  expect((await sendWebhook(shop, 1, event)).status).toBe(204)
  expect((await sendWebhook(shop, 1, event)).status).toBe(204)
  expect((await sendWebhook(shop, 2, event)).status).not.toBe(204)
  expect((await readBooks(shop)).sale.paid).toBe(1)
})

test('a payment has its effect once, also by another event', async () => {
  const shop = await makeOrders(stores, 2, ['ann'])
  await payAt(shop, 1, 'ann')
  for (const event of ['one', 'two']) await sendWebhook(shop, 1, `${event}-${shop.sale}`)
  expect((await readBooks(shop)).sale).toMatchObject({ sold: 1, paid: 1 })
  expect(await stateOf(shop, 1)).toBe('paid')
})

test.each(['forgets', 'silent'] as const)('while the provider %s, the unit is kept', async (mood) => {
  const shop = await makeOrders(stores, 1, ['ann'])
  await openPayment(shop, 1, 'ann')
  await stores.mysql.query('UPDATE orders SET pay_by = NOW(3) - INTERVAL 1 DAY WHERE sale_id = ?', [
    shop.sale,
  ])
  await expireOverdue(shop.backends)
  shop.provider.mood = mood
  const asked = async () => {
    await askProvider(shop.backends, shop.provider)
    return shop.provider.voids.filter((id) => id === orderName(shop, 1)).length
  }
  expect(await asked()).toBe(1)
  expect(await stateOf(shop, 1)).toBe('expiring')
  expect((await cancelOrder(shop, 1, 'ann')).status).toBe(503)
  expect((await readBooks(shop)).sale.sold).toBe(1)
  // The cancellation asked too. The sweep does not at once again: later each time.
  expect(await asked()).toBe(2)
  // Once its own call can not reach it any more, what it never heard of can not be paid.
  await passADay(shop)
  expect(await asked()).toBe(3)
  expect(await stateOf(shop, 1)).toBe(mood === 'forgets' ? 'expired' : 'expiring')
})

test('two workers do not ask about the same payment at once', async () => {
  const shop = await makeOrders(stores, 1, ['ann'])
  await openPayment(shop, 1, 'ann')
  await passADay(shop)
  await expireOverdue(shop.backends)
  await Promise.all([1, 2, 3].map(() => askProvider(shop.backends, shop.provider)))
  expect(shop.provider.voids.filter((id) => id === orderName(shop, 1))).toHaveLength(1)
})

test('an order whose time is over can not be paid any more', async () => {
  const shop = await makeOrders(stores, 1, ['ann'])
  await passADay(shop)
  expect(await openPayment(shop, 1, 'ann')).toEqual({ status: 409, code: 'conflict' })
})
