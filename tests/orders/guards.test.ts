import { afterAll, beforeAll, expect, test } from 'vitest'
import { saleKeys } from '../../contract/keys.ts'
import { joinLine, reenterLine } from '../../contract/line/join.ts'
import { leaveLine } from '../../contract/line/release.ts'
import { RESERVE, recordFates, reserveBatch } from '../../contract/line/reserve.ts'
import { lockOrder, moveOrder } from '../../contract/orders/move-order.ts'
import { claimUnits, restoreUnits } from '../../contract/orders/units.ts'
import { preloadSale } from '../../contract/preload.ts'
import { readSale } from '../../contract/sales.ts'
import { SaleUnloaded } from '../../contract/scripts.ts'
import { auditSale } from '../../ops/audit/audit-sale.ts'
import { transaction } from '../../platform/mysql.ts'
import { recordBatch, StaleReservation } from '../../workers/orders/record-batch.ts'
import { askProvider } from '../../workers/payments/ask-provider.ts'
import { expireOverdue } from '../../workers/payments/expire-overdue.ts'
import { type LentStores, lendStores } from '../lend-stores.ts'
import { readBooks } from './read-books.ts'
import {
  cancelOrder,
  openPayment,
  openShop,
  orderName,
  passADay,
  releaseAll,
  type Shop,
  sendWebhook,
  serve,
} from './shop.ts'

/** Each guard of an order's life, by the one case that it stands for: without it, its test here is red. */

let stores: LentStores

beforeAll(async () => {
  stores = await lendStores({ connections: 8 })
}, 60_000)
afterAll(() => stores?.stop())

const DUPLICATE_KEY = { errno: 1062 }

const join = async (shop: Shop, ...buyers: string[]) =>
  (
    await joinLine(
      stores.redis,
      shop.sale,
      buyers.map((buyer) => ({ buyer, quantity: 1 })),
    )
  ).answers

async function sell(shop: Shop): Promise<void> {
  for (const message of await releaseAll(shop)) await serve(shop, message)
}

/** A sale with an order for each buyer, in their order. */
async function ordersOf(stock: number, buyers: string[], input = {}): Promise<Shop> {
  const shop = await openShop(stores, { stock, standby: 5, ...input })
  await join(shop, ...buyers)
  await sell(shop)
  return shop
}

async function payAt(shop: Shop, number: number, buyer: string): Promise<void> {
  expect((await openPayment(shop, number, buyer)).status).toBe(201)
  expect(shop.provider.pay(orderName(shop, number))).toBe(true)
}

const stateOf = async (shop: Shop, number: number) => (await readBooks(shop)).orders.get(number)?.state
const problemsOf = async (shop: Shop) => (await auditSale(stores, shop.sale, []))!.audit.problems

/** An order that expired, whose payment comes in all the same. */
async function paidLate(stock: number, more: (shop: Shop) => Promise<unknown>): Promise<Shop> {
  const shop = await ordersOf(stock, ['ann'])
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

test('units are given back once: the second time undoes everything', async () => {
  const shop = await ordersOf(2, ['ann', 'bob'])
  const twice = transaction(stores.mysql, async (db) => {
    const order = (await lockOrder(db, { sale: shop.sale, number: 1 }))!
    await restoreUnits(db, order, 'expired')
    await restoreUnits(db, order, 'expired')
  })
  await expect(twice).rejects.toMatchObject(DUPLICATE_KEY)
  expect((await readBooks(shop)).sale.sold).toBe(2)
})

test('an order is moved by whoever read it last, and along an edge only', async () => {
  const shop = await ordersOf(1, ['ann'])
  const { mysql } = stores
  const read = (await lockOrder(mysql, { sale: shop.sale, number: 1 }))!
  const paid = await moveOrder(mysql, read, 'paid')
  expect(paid).toMatchObject({ state: 'paid', version: 2 })
  expect(await moveOrder(mysql, read, 'cancelled')).toBeUndefined()
  expect(await moveOrder(mysql, { ...paid!, version: 1 }, 'refunding').catch(String)).toMatch(
    'no way from paid',
  )
  await mysql.query("UPDATE orders SET state = 'expiring' WHERE sale_id = ?", [shop.sale])
  const old = { ...read, state: 'expiring' as const }
  expect(await moveOrder(mysql, old, 'expired'), 'an older version').toBeUndefined()
  expect(await moveOrder(mysql, { ...read, version: 2 }, 'cancelled'), 'another state').toBeUndefined()
})

test('no more units are claimed than there are', async () => {
  const shop = await ordersOf(3, ['ann', 'bob'])
  expect(await claimUnits(stores.mysql, shop.sale, 2)).toBe(false)
  expect(await claimUnits(stores.mysql, shop.sale, 1)).toBe(true)
  expect(await claimUnits(stores.mysql, shop.sale, 1)).toBe(false)
})

test('the table itself refuses more sold than the stock, and more paid than sold', async () => {
  const shop = await ordersOf(2, ['ann'])
  for (const set of ['sold = stock + 1', 'paid = sold + 1']) {
    const update = stores.mysql.query(`UPDATE sales SET ${set} WHERE id = ?`, [shop.sale])
    await expect(update, set).rejects.toThrow(/constraint/i)
  }
})

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
  const shop = await ordersOf(5, ['ann'])
  await openPayment(shop, 1, 'ann')
  expect((await cancelOrder(shop, 1, 'ann')).status).toBe(204)
  shop.provider.pay(orderName(shop, 1), 'captured')
  expect((await sendWebhook(shop, 1, `late-${shop.sale}`)).status).toBe(204)
  expect(await stateOf(shop, 1)).toBe('refunding')
})

test('a reservation is answered the same again, and takes its unit once', async () => {
  const shop = await openShop(stores, { stock: 3, standby: 2 })
  await join(shop, 'ann', 'bob')
  const [message] = await releaseAll(shop)
  const reserve = () => reserveBatch(stores.redis, shop.sale, message!.tickets)
  expect(await reserve()).toMatchObject({ codes: [RESERVE.won, RESERVE.won] })
  expect(await reserve()).toMatchObject({ codes: [RESERVE.won, RESERVE.won] })
  expect(await stores.redis.hmget(saleKeys(shop.sale).card, 'left', 'flying')).toEqual(['1', '0'])
  const second = [{ number: 9, buyer: 'ann', quantity: 1 }]
  expect(await reserveBatch(stores.redis, shop.sale, second)).toMatchObject({ codes: [RESERVE.duplicate] })
  await serve(shop, message!)
  expect(await problemsOf(shop)).toEqual([])
})

test('an event has its effect once, also under another payment', async () => {
  const shop = await ordersOf(2, ['ann', 'bob'])
  await payAt(shop, 1, 'ann')
  await payAt(shop, 2, 'bob')
  const event = `the-event-${shop.sale}`
  expect((await sendWebhook(shop, 1, event)).status).toBe(204)
  expect((await sendWebhook(shop, 1, event)).status).toBe(204)
  expect((await sendWebhook(shop, 2, event)).status).not.toBe(204)
  expect((await readBooks(shop)).sale.paid).toBe(1)
})

test('a payment has its effect once, also by another event', async () => {
  const shop = await ordersOf(2, ['ann'])
  await payAt(shop, 1, 'ann')
  for (const event of ['one', 'two']) await sendWebhook(shop, 1, `${event}-${shop.sale}`)
  expect((await readBooks(shop)).sale).toMatchObject({ sold: 1, paid: 1 })
  expect(await stateOf(shop, 1)).toBe('paid')
})

test.each(['forgets', 'silent'] as const)('while the provider %s, the unit is kept', async (mood) => {
  const shop = await ordersOf(1, ['ann'])
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
  const shop = await ordersOf(1, ['ann'])
  await openPayment(shop, 1, 'ann')
  await passADay(shop)
  await expireOverdue(shop.backends)
  await Promise.all([1, 2, 3].map(() => askProvider(shop.backends, shop.provider)))
  expect(shop.provider.voids.filter((id) => id === orderName(shop, 1))).toHaveLength(1)
})

test('an order whose time is over can not be paid any more', async () => {
  const shop = await ordersOf(1, ['ann'])
  await passADay(shop)
  expect(await openPayment(shop, 1, 'ann')).toEqual({ status: 409, code: 'conflict' })
})

test('an old word does not undo a newer one', async () => {
  const shop = await ordersOf(1, ['ann'])
  await payAt(shop, 1, 'ann')
  await sendWebhook(shop, 1, `event-${shop.sale}`)
  const old = { number: 1, buyer: 'ann', quantity: 1, payBy: 0 }
  await recordFates(stores.redis, shop.sale, [{ ...old, state: 'awaiting_payment', version: 1 }], false)
  await recordFates(stores.redis, shop.sale, [{ ...old, state: 'expired', version: 2 }])
  expect(await problemsOf(shop)).toEqual([])
  expect(await stores.redis.hget(saleKeys(shop.sale).card, 'ending')).toBe('sold_out')
})

test('a server that is not the one the sale was loaded in is not believed', async () => {
  const shop = await ordersOf(2, ['ann'])
  await stores.redis.hset(saleKeys(shop.sale).card, 'run', 'another server, or this one before it restarted')
  await expect(join(shop, 'bob')).rejects.toThrow(SaleUnloaded)
  await expect(releaseAll(shop)).rejects.toThrow(SaleUnloaded)
  const told = { number: 1, buyer: 'ann', quantity: 1, state: 'paid', payBy: 0, version: 2 } as const
  await expect(recordFates(stores.redis, shop.sale, [told])).rejects.toThrow(SaleUnloaded)
  await preloadSale(stores.mysql, stores.redis, shop.sale)
  expect((await join(shop, 'ann', 'bob')).map(({ number }) => number)).toEqual([1, 10_001])
  expect(await problemsOf(shop)).toEqual([])
})

test('a reservation of another epoch is not recorded', async () => {
  const shop = await ordersOf(2, ['ann'])
  const { epoch } = (await readSale(stores.mysql, shop.sale))!
  const ticket = { number: 2, buyer: 'bob', quantity: 1 }
  const record = (of: number) =>
    recordBatch(stores.mysql, shop.sale, [{ ticket, kind: 'order', releasedAt: Date.now() }], {
      epoch: of,
      codes: new Map([[2, RESERVE.won]]),
    })
  await expect(record(epoch - 1)).rejects.toThrow(StaleReservation)
  expect(await record(epoch)).toMatchObject([{ state: 'awaiting_payment' }])
})

test('a ticket in the line whose message is served does not wait on', async () => {
  const shop = await openShop(stores, { stock: 2, standby: 2 })
  await join(shop, 'ann')
  const [message] = await releaseAll(shop)
  await stores.redis.del(Object.values(saleKeys(shop.sale)))
  await preloadSale(stores.mysql, stores.redis, shop.sale)
  await reenterLine(stores.redis, shop.sale, { number: 1, buyer: 'ann', quantity: 1 })
  await serve(shop, message!)
  expect(await problemsOf(shop)).toEqual([])
  expect(await releaseAll(shop)).toEqual([])
})

test('a ticket in the line whose buyer had left does not wait on', async () => {
  const shop = await openShop(stores, { stock: 2, standby: 2 })
  const ann = { number: 1, buyer: 'ann', quantity: 1 }
  await join(shop, 'ann')
  const left = await leaveLine(stores.redis, shop.sale, ann, 60_000)
  await stores.redis.del(Object.values(saleKeys(shop.sale)))
  await preloadSale(stores.mysql, stores.redis, shop.sale)
  await reenterLine(stores.redis, shop.sale, ann)
  await serve(shop, left!.message)
  expect(await problemsOf(shop)).toEqual([])
})

test('a second ticket of a buyer does not take the place of the first one’s order', async () => {
  const shop = await openShop(stores, { stock: 3, standby: 2 })
  await join(shop, 'ann')
  const [message] = await releaseAll(shop)
  await stores.redis.del(Object.values(saleKeys(shop.sale)))
  await preloadSale(stores.mysql, stores.redis, shop.sale)
  const [again] = await join(shop, 'ann')
  expect(again!.number).toBe(10_001)
  await serve(shop, message!)
  await sell(shop)
  expect((await readBooks(shop)).refusals).toEqual(new Map([[10_001, 'duplicate']]))
  expect(await join(shop, 'ann')).toMatchObject([{ number: 1 }])
  expect(await problemsOf(shop)).toEqual([])
})

test('a buyer has one live order, whatever the code does', async () => {
  const shop = await ordersOf(3, ['ann', 'bob'])
  const sql = "UPDATE orders SET buyer = 'ann' WHERE sale_id = ? AND number = 2"
  await expect(stores.mysql.query(sql, [shop.sale])).rejects.toMatchObject(DUPLICATE_KEY)
})
