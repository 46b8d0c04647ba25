import { afterAll, beforeAll, expect, test } from 'vitest'
import { saleKeys } from '../../contract/keys.ts'
import { flyAgain, readBalance } from '../../contract/line/balance.ts'
import { reenterLine } from '../../contract/line/join.ts'
import { lookAtTickets } from '../../contract/line/look.ts'
import { leaveLine } from '../../contract/line/release.ts'
import { RESERVE, recordFates, reserveBatch } from '../../contract/line/reserve.ts'
import { preloadSale } from '../../contract/preload.ts'
import { readSale } from '../../contract/sales.ts'
import { SaleUnloaded } from '../../contract/scripts.ts'
import { recordBatch, StaleReservation } from '../../workers/orders/record-batch.ts'
import { type LentStores, lendStores } from '../lend-stores.ts'
import { join, makeOrders, payAt, problemsOf, sell } from './make-orders.ts'
import { readBooks } from './read-books.ts'
import { openShop, releaseAll, sendWebhook, serve } from './shop.ts'

/** Each guard between Redis and MySQL, by the one case that it stands for: without it, its test here is red. */

let stores: LentStores

beforeAll(async () => {
  stores = await lendStores({ connections: 8 })
})
afterAll(() => stores?.stop())

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

test('an old word does not undo a newer one', async () => {
  const shop = await makeOrders(stores, 1, ['ann'])
  await payAt(shop, 1, 'ann')
  await sendWebhook(shop, 1, `event-${shop.sale}`)
  const old = { number: 1, buyer: 'ann', quantity: 1, payBy: 0 }
  await recordFates(stores.redis, shop.sale, [{ ...old, state: 'awaiting_payment', version: 1 }])
  await recordFates(stores.redis, shop.sale, [{ ...old, state: 'expired', version: 2 }])
  expect(await problemsOf(shop)).toEqual([])
  expect(await stores.redis.hget(saleKeys(shop.sale).card, 'ending')).toBe('sold_out')
})

test('a server that is not the one the sale was loaded in is not believed', async () => {
  const shop = await makeOrders(stores, 2, ['ann'])
  await stores.redis.hset(saleKeys(shop.sale).card, 'run', 'another server, or this one before it restarted')
  await expect(join(shop, 'bob')).rejects.toThrow(SaleUnloaded)
  await expect(releaseAll(shop)).rejects.toThrow(SaleUnloaded)
  const { redis } = stores
  const ann = { number: 1, buyer: 'ann', quantity: 1 }
  const calls = {
    record: recordFates(redis, shop.sale, [{ ...ann, state: 'paid', payBy: 0, version: 2 }]),
    reserve: reserveBatch(redis, shop.sale, [ann]),
    reenter: reenterLine(redis, shop.sale, ann),
    leave: leaveLine(redis, shop.sale, ann, 1_000),
    look: lookAtTickets(redis, shop.sale, [ann]),
    balance: readBalance(redis, shop.sale),
    flyAgain: flyAgain(redis, shop.sale, [1]),
  }
  await Promise.all(
    Object.entries(calls).map(([name, call]) => expect(call, name).rejects.toThrow(SaleUnloaded)),
  )
  await preloadSale(stores.mysql, stores.redis, shop.sale)
  expect((await join(shop, 'ann', 'bob')).map(({ number }) => number)).toEqual([1, 10_001])
  expect(await problemsOf(shop)).toEqual([])
})

test('a reservation of another epoch is not recorded', async () => {
  const shop = await makeOrders(stores, 2, ['ann'])
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

test('a number that was not handed out yet does not come back to the line', async () => {
  const shop = await makeOrders(stores, 2, ['ann'])
  const early = { number: 2, buyer: 'bob', quantity: 1 }
  await reenterLine(stores.redis, shop.sale, early)
  const { views } = await lookAtTickets(stores.redis, shop.sale, [early])
  expect(views).toMatchObject([{ state: 'unknown' }])
  expect(await problemsOf(shop)).toEqual([])
})

test('a ticket has one row, and a buyer one live order, whatever Redis says', async () => {
  const shop = await makeOrders(stores, 5, ['ann'])
  const { epoch } = (await readSale(stores.mysql, shop.sale))!
  const record = (...tickets: { number: number; buyer: string }[]) =>
    recordBatch(
      stores.mysql,
      shop.sale,
      tickets.map((ticket) => ({
        ticket: { ...ticket, quantity: 1 },
        kind: 'order',
        releasedAt: Date.now(),
      })),
      { epoch, codes: new Map(tickets.map(({ number }) => [number, RESERVE.won])) },
    )
  const batch = [
    { number: 2, buyer: 'ann' },
    { number: 3, buyer: 'bob' },
    { number: 4, buyer: 'bob' },
  ]
  const states = ['duplicate', 'awaiting_payment', 'duplicate']
  expect((await record(...batch)).map(({ state }) => state)).toEqual(states)
  expect((await record(...batch)).map(({ state }) => state)).toEqual(states)
  expect((await readBooks(shop)).sale.sold).toBe(2)
})

test('no more orders are recorded than there are units, whatever Redis says', async () => {
  const shop = await makeOrders(stores, 2, ['ann'])
  const { epoch } = (await readSale(stores.mysql, shop.sale))!
  const tickets = ['bob', 'cid', 'dan'].map((buyer, i) => ({ number: i + 2, buyer, quantity: 1 }))
  const fates = await recordBatch(
    stores.mysql,
    shop.sale,
    tickets.map((ticket) => ({ ticket, kind: 'order', releasedAt: Date.now() })),
    { epoch, codes: new Map(tickets.map(({ number }) => [number, RESERVE.won])) },
  )
  expect(fates.map(({ state }) => state)).toEqual(['awaiting_payment', 'sold_out', 'sold_out'])
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

test('a ticket taken while the sale is being loaded anew is in the books', async () => {
  const shop = await openShop(stores, { stock: 5, standby: 5 })
  await join(shop, 'ann')
  // Between the load's first look at Redis and its taking the card away, somebody joins.
  let joined: Promise<unknown> | undefined
  const redis = new Proxy(stores.redis, {
    get(target, name) {
      if (name !== 'hmget') return Reflect.get(target, name, target)
      return async (...args: [string, ...string[]]) => {
        const answer = await target.hmget(...args)
        joined ??= join(shop, 'bob')
        await joined
        return answer
      }
    },
  })
  await preloadSale(stores.mysql, redis, shop.sale, 'force')
  expect(joined).toBeDefined()
  for (const message of await releaseAll(shop)) await serve(shop, message)
  expect(await problemsOf(shop)).toEqual([])
})
