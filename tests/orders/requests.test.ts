import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { saleKeys } from '../../contract/keys.ts'
import { flyAgain } from '../../contract/line/balance.ts'
import { joinLine } from '../../contract/line/join.ts'
import { leaveLine } from '../../contract/line/release.ts'
import { preloadSale } from '../../contract/preload.ts'
import { headersOf } from '../../contract/release-message.ts'
import { select } from '../../platform/mysql.ts'
import { type LentStores, lendStores } from '../lend-stores.ts'
import { openShop, releaseAll, type Shop, serve } from './shop.ts'

/** The request of a click goes with its ticket, whatever becomes of the ticket, for little memory. */

let stores: LentStores

beforeAll(async () => {
  stores = await lendStores({ connections: 4 })
})
afterAll(() => stores?.stop())

const requestOf = (): string => randomBytes(16).toString('hex')

/** Clicks of new buyers, as many as there are requests (undefined: a gateway that names none); gives their numbers. */
async function joinWith(shop: Shop, requests: (string | undefined)[], prefix = 'buyer'): Promise<number[]> {
  const clicks = requests.map((request, i) => ({ buyer: `${prefix}${i + 1}`, quantity: 1, request }))
  const { answers } = await joinLine(stores.redis, shop.sale, clicks)
  return answers.map(({ number }) => number)
}

const released = async (shop: Shop) => (await releaseAll(shop)).flatMap(({ tickets }) => tickets)

test('every ticket leaves the line with its own request, however many joined at once', async () => {
  const shop = await openShop(stores, { stock: 300 })
  const given = new Map<number, string | undefined>()
  for (const [round, size] of [1, 40, 2, 100, 31, 1, 64].entries()) {
    const requests = Array.from({ length: size }, (_, i) => (i % 7 === 3 ? undefined : requestOf()))
    const numbers = await joinWith(shop, requests, `round${round}-`)
    numbers.forEach((number, i) => {
      given.set(number, requests[i])
    })
  }
  const tickets = await released(shop)
  expect(new Map(tickets.map(({ number, request }) => [number, request]))).toEqual(given)
  expect(given.size).toBe(239)
})

test('a second click does not change it, and both clicks of one call are the first', async () => {
  const shop = await openShop(stores, { stock: 5 })
  const [first, second, third] = [requestOf(), requestOf(), requestOf()]
  const clicks = [first, second].map((request) => ({ buyer: 'ann', quantity: 1, request }))
  await joinLine(stores.redis, shop.sale, clicks)
  await joinLine(stores.redis, shop.sale, [
    { buyer: 'bob', quantity: 1, request: third },
    { buyer: 'ann', quantity: 1, request: second },
  ])
  expect((await released(shop)).map(({ buyer, request }) => [buyer, request])).toEqual([
    ['ann', first],
    ['bob', third],
  ])
})

test('it goes with who leaves, with what is sent again, and through a reload', async () => {
  const shop = await openShop(stores, { stock: 2, standby: 2, release: { batch: 1, everyMs: 60_000 } })
  const [ann, bob] = [requestOf(), requestOf()]
  const [first, second] = await joinWith(shop, [ann, bob])
  expect(await released(shop)).toMatchObject([{ number: first, request: ann }])
  await flyAgain(stores.redis, shop.sale, [first!])
  expect(await released(shop)).toMatchObject([{ number: first, request: ann }])
  await preloadSale(stores.mysql, stores.redis, shop.sale, 'force')
  const left = await leaveLine(stores.redis, shop.sale, { number: second!, buyer: 'buyer2' }, 600_000)
  expect(left!.message.tickets).toMatchObject([{ number: second, request: bob }])
})

test('an order’s row names it, and NULL where Redis forgot it', async () => {
  const shop = await openShop(stores, { stock: 2 })
  const request = requestOf()
  await joinWith(shop, [request], 'known')
  await joinWith(shop, [requestOf()], 'forgotten')
  // Of the 32 tickets of a field, the numbers 0 and 1 are left.
  const { requests } = saleKeys(shop.sale)
  await stores.redis.hset(requests, '0', (await stores.redis.hget(requests, '0'))!.slice(0, 2 * 22))
  const [message] = await releaseAll(shop)
  expect(headersOf(message!)).toEqual({ sale: shop.sale, tickets: 2, requests: [request, ''] })
  await serve(shop, message!)
  const rows = await select(
    stores.mysql,
    'SELECT buyer, request_id FROM orders WHERE sale_id = ? ORDER BY number',
    [shop.sale],
  )
  expect(rows).toEqual([
    { buyer: 'known1', request_id: request },
    { buyer: 'forgotten1', request_id: null },
  ])
})

test('a ticket’s request takes 30 bytes of Redis at most, and goes after the closing', async () => {
  const closesAt = Date.now() + 3_600_000
  const shop = await openShop(stores, { stock: 5_000, closesAt, release: { batch: 1, everyMs: 60_000 } })
  for (let i = 0; i < 50; i++) await joinWith(shop, Array.from({ length: 100 }, requestOf), `crowd${i}-`)
  const { requests } = saleKeys(shop.sale)
  expect((await stores.redis.memory('USAGE', requests, 'SAMPLES', 0))! / 5_000).toBeLessThan(30)
  expect(await stores.redis.pexpiretime(requests)).toBe(closesAt + 3_600_000)
})
