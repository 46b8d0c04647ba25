import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { SNAPSHOT, saleKeys } from '../../contract/keys.ts'
import type { Absence } from '../../contract/line/absence.ts'
import { JOIN, reenterLine } from '../../contract/line/join.ts'
import { lookAtTickets } from '../../contract/line/look.ts'
import { leaveLine } from '../../contract/line/release.ts'
import { preloadSale } from '../../contract/preload.ts'
import { readSale } from '../../contract/sales.ts'
import type { Snapshot } from '../../contract/snapshot.ts'
import { writeSnapshot } from '../../gateway/write-snapshot.ts'
import { auditSale } from '../../ops/audit/audit-sale.ts'
import { stepPhase } from '../../ops/sales/change-phase.ts'
import { type LentStores, lendStores } from '../lend-stores.ts'
import { join, problemsOf } from './make-orders.ts'
import { readBooks } from './read-books.ts'
import { cancelOrder, openShop, releaseAll, type Shop, serve } from './shop.ts'

/** Buyers in line who stopped asking. One who has not asked for 200 ms is absent here, and his place is kept. */
const ABSENT: Absence = { absentMs: 200, farPollMs: 0, graceMs: 600_000 }
const NO_GRACE: Absence = { ...ABSENT, graceMs: 0 }
const LONG_MS = 300

// On a busy machine; nothing here depends on being quick.
let stores: LentStores
beforeAll(async () => {
  stores = await lendStores({ connections: 8 })
})
afterAll(() => stores?.stop())

const BUYERS = ['', 'ann', 'bob', 'cid', 'dan', 'eve']
const ticket = (number: number) => ({ number, buyer: BUYERS[number]!, quantity: 1 })

/** One unit, which ann has; the others stand by in their order. All were called, and whoever is absent is so by now. */
async function standBy(present: number[], { stock = 1, ...input } = {}): Promise<Shop> {
  const shop = await openShop(stores, { stock, standby: 10, ...input })
  await join(shop, ...BUYERS.slice(1))
  await sell(shop)
  expect(await sell(shop)).toEqual([])
  await poll(shop, ...present)
  await sleep(LONG_MS)
  await poll(shop, ...present)
  return shop
}

async function poll({ sale }: Shop, ...numbers: number[]) {
  const tickets = numbers.map(ticket)
  // Asked as after a long pause, too: that is not what is tested here.
  const patient = { ...ABSENT, absentMs: 600_000 }
  return (await lookAtTickets(stores.redis, sale, tickets, patient)).views
}

/** Releases and serves; gives the tickets that were to have an order. */
async function sell(shop: Shop, absence = ABSENT): Promise<number[]> {
  const messages = await releaseAll(shop, absence)
  for (const message of messages) await serve(shop, message)
  return messages
    .filter(({ kind }) => kind === 'order')
    .flatMap(({ tickets }) => tickets.map(({ number }) => number))
}

/** The buyer gives his unit back. */
async function giveUp(shop: Shop, number: number): Promise<void> {
  expect((await cancelOrder(shop, number, BUYERS[number]!)).status).toBe(204)
}

const waiting = async (shop: Shop) => (await auditSale(stores, shop.sale, []))!.audit.waiting

test('who stopped asking is passed over for who is there, and gets his place back when he asks again', async () => {
  const shop = await standBy([4])
  await giveUp(shop, 1)
  expect(await sell(shop)).toEqual([4])
  expect(await problemsOf(shop)).toEqual([])
  // 2 and 3 are accounted for, though they are not in the line.
  expect([await waiting(shop), await stores.redis.zcard(saleKeys(shop.sale).line)]).toEqual([3, 1])

  expect(await poll(shop, 3, 2)).toMatchObject([
    { state: 'waiting', position: 1 },
    { state: 'waiting', position: 1 },
  ])
  expect(await poll(shop, 2, 3, 5)).toMatchObject([{ position: 1 }, { position: 2 }, { position: 3 }])
  expect(await problemsOf(shop)).toEqual([])
  await giveUp(shop, 4)
  expect(await sell(shop)).toEqual([2])
  // The head does not go back, or the door would tell 4 that he waits.
  expect(await stores.redis.hget(saleKeys(shop.sale).card, 'served')).toBe('4')
})

test('whoever left the line out of turn is named to the door', async () => {
  const shop = await openShop(stores, { stock: 1, standby: 10 })
  const { gone } = saleKeys(shop.sale)
  const marked = async (...numbers: number[]) =>
    Promise.all(numbers.map((number) => stores.redis.getbit(gone, number % 131_072)))
  await join(shop, 'ann', 'bob', 'cid')
  await leaveLine(stores.redis, shop.sale, ticket(2), 60_000)
  expect(await marked(1, 2, 3)).toEqual([0, 1, 0])
  const sale = (await readSale(stores.mysql, shop.sale))!
  await writeSnapshot(stores.redis, [sale], 20_000)
  const { sales } = JSON.parse((await stores.redis.get(SNAPSHOT))!) as Snapshot
  expect(sales[shop.sale]).toMatchObject({ gone: Buffer.from([0b0010_0000]).toString('base64'), last: 3 })

  // A second ticket, given while Redis had forgotten the first one, which then comes back.
  await stores.redis.del(Object.values(saleKeys(shop.sale)))
  await preloadSale(stores.mysql, stores.redis, shop.sale)
  expect(await marked(2)).toEqual([0])
  expect(await join(shop, 'ann')).toMatchObject([{ number: 10_001 }])
  await reenterLine(stores.redis, shop.sale, ticket(1))
  expect(await marked(1, 10_001)).toEqual([0, 1])
})

test('when the grace is over he has left, and has his row', async () => {
  const shop = await standBy([4])
  await giveUp(shop, 1)
  expect(await sell(shop, NO_GRACE)).toEqual([4])
  await sleep(2)
  expect(await sell(shop, NO_GRACE)).toEqual([])
  expect((await readBooks(shop)).refusals).toEqual(
    new Map([
      [2, 'left'],
      [3, 'left'],
    ]),
  )
  expect(await poll(shop, 2)).toMatchObject([{ state: 'left' }])
  expect(await problemsOf(shop)).toEqual([])
  // He may come again, at the end.
  expect(await join(shop, 'bob')).toMatchObject([{ code: JOIN.joined, number: 6 }])
})

test('no unit is idle for the sake of somebody absent', async () => {
  const shop = await standBy([4], { stock: 2 })
  // Of two units one goes to who is there, the other one to the first of the absent.
  await giveUp(shop, 1)
  await giveUp(shop, 2)
  const left = await leaveLine(stores.redis, shop.sale, ticket(5), 60_000)
  await serve(shop, left!.message)
  expect(await sell(shop)).toEqual([3, 4])
  expect(await problemsOf(shop)).toEqual([])
})

test('where nobody was heard the first in line is served', async () => {
  const shop = await standBy([])
  await giveUp(shop, 1)
  expect(await sell(shop)).toEqual([2])
})

test('who joined since the line was called counts as seen', async () => {
  const shop = await openShop(stores, { stock: 1, standby: 10 })
  await join(shop, 'ann', 'bob')
  await sell(shop)
  await sell(shop)
  await poll(shop, 2)
  await sleep(LONG_MS)
  await join(shop, 'cid', 'dan')
  await giveUp(shop, 1)
  // bob has been silent for too long by now; cid, who came a moment ago, has not asked once.
  await stores.redis.hset(saleKeys(shop.sale).card, 'heard', Date.now())
  expect(await sell(shop)).toEqual([3])
  expect(await problemsOf(shop)).toEqual([])
})

test('after a silence of all nobody is absent: the door was away, not the buyers', async () => {
  const shop = await standBy([4])
  await sleep(LONG_MS)
  await lookAtTickets(stores.redis, shop.sale, [ticket(5)], ABSENT)
  await giveUp(shop, 1)
  expect(await sell(shop)).toEqual([2])
})

test('a place that is kept is given back to who joins again, and left by who leaves', async () => {
  const shop = await standBy([4])
  await giveUp(shop, 1)
  expect(await sell(shop)).toEqual([4])
  expect(await join(shop, 'bob')).toMatchObject([{ code: JOIN.again, number: 2, position: 1 }])
  const left = await leaveLine(stores.redis, shop.sale, ticket(3), 60_000)
  expect(left!.message).toMatchObject({ kind: 'left', tickets: [{ number: 3 }] })
  await serve(shop, left!.message)
  expect((await readBooks(shop)).refusals).toEqual(new Map([[3, 'left']]))
  expect(await problemsOf(shop)).toEqual([])
})

test('when the sale closes, who is away is told so at once', async () => {
  const shop = await standBy([4])
  await giveUp(shop, 1)
  expect(await sell(shop)).toEqual([4])
  await stepPhase(stores, shop.sale, 'close')
  await sell(shop)
  const { refusals } = await readBooks(shop)
  expect([...refusals].sort()).toEqual([
    [2, 'closed'],
    [3, 'closed'],
    [5, 'closed'],
  ])
  expect(await problemsOf(shop)).toEqual([])
})

test('a place that is kept outlives a reload, and a Redis that forgot it', async () => {
  const shop = await standBy([4])
  await giveUp(shop, 1)
  expect(await sell(shop)).toEqual([4])
  await preloadSale(stores.mysql, stores.redis, shop.sale, 'force')
  expect(await problemsOf(shop)).toEqual([])
  expect(await poll(shop, 2)).toMatchObject([{ state: 'waiting', position: 1 }])

  await reenterLine(stores.redis, shop.sale, ticket(3))
  expect(await problemsOf(shop)).toEqual([])

  await stores.redis.del(Object.values(saleKeys(shop.sale)))
  await preloadSale(stores.mysql, stores.redis, shop.sale)
  await reenterLine(stores.redis, shop.sale, ticket(3))
  expect(await poll(shop, 3)).toMatchObject([{ state: 'waiting', position: 1 }])
  expect(await problemsOf(shop)).toEqual([])
})

test('a message of a ticket whose place is kept ends the keeping', async () => {
  const shop = await standBy([4])
  await giveUp(shop, 1)
  await releaseAll(shop, ABSENT)
  // As after a Redis that was read back from an old file: 2 was released, and Redis does not know.
  const message = { sale: shop.sale, epoch: 1, kind: 'order' as const, releasedAt: Date.now() }
  await serve(shop, { ...message, tickets: [ticket(2)] })
  expect(await stores.redis.hkeys(saleKeys(shop.sale).kept)).toEqual(['cid'])
  expect(await stores.redis.zrange(saleKeys(shop.sale).away, 0, -1)).toEqual(['cid'])
  // Nor does an old file bring it back.
  await stores.redis.hset(saleKeys(shop.sale).kept, 'bob', '2,1')
  await stores.redis.zadd(saleKeys(shop.sale).away, Date.now() + 60_000, 'bob')
  await preloadSale(stores.mysql, stores.redis, shop.sale, 'force')
  expect(await stores.redis.hkeys(saleKeys(shop.sale).kept)).toEqual(['cid'])
  // Nor is it kept after a message that reserves nothing.
  await serve(shop, { ...message, kind: 'left', tickets: [ticket(3)] })
  expect(await stores.redis.hkeys(saleKeys(shop.sale).kept)).toEqual([])
})
