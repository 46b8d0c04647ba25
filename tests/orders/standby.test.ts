import { afterAll, beforeAll, expect, test } from 'vitest'
import { SNAPSHOT } from '../../contract/keys.ts'
import { joinLine } from '../../contract/line/join.ts'
import { lookAtTickets } from '../../contract/line/look.ts'
import type { Fate } from '../../contract/line/reserve.ts'
import { readSale } from '../../contract/sales.ts'
import type { Snapshot } from '../../contract/snapshot.ts'
import { writeSnapshot } from '../../gateway/write-snapshot.ts'
import { auditSale } from '../../ops/audit/audit-sale.ts'
import { askProvider } from '../../workers/payments/ask-provider.ts'
import { expireOverdue } from '../../workers/payments/expire-overdue.ts'
import { type LentStores, lendStores } from '../lend-stores.ts'
import { countStates, readBooks } from './read-books.ts'
import {
  openPayment,
  openShop,
  orderName,
  passADay,
  releaseAll,
  type Shop,
  sendWebhook,
  serve,
} from './shop.ts'

let stores: LentStores

beforeAll(async () => {
  stores = await lendStores({ connections: 8 })
})
afterAll(() => stores?.stop())

const buyerOf = (number: number): string => `buyer${number}`

/** Joins so many buyers, each once; nobody does anything about their place afterwards. */
async function join(shop: Shop, buyers: number) {
  const clicks = Array.from({ length: buyers }, (_, i) => ({ buyer: buyerOf(i + 1), quantity: 1 }))
  return (await joinLine(stores.redis, shop.sale, clicks)).answers
}

const stateOf = async (shop: Shop, number: number) =>
  (await lookAtTickets(stores.redis, shop.sale, [{ number, buyer: buyerOf(number) }])).views[0]!.state

/** What the gateways and workers do by themselves, until nothing moves any more. Gives the orders made. */
async function work(shop: Shop): Promise<Fate[]> {
  const made: Fate[] = []
  for (let moved = 1; moved > 0; ) {
    const messages = await releaseAll(shop)
    for (const message of messages) {
      const { fates } = await serve(shop, message)
      made.push(...fates.filter(({ state }) => state === 'awaiting_payment'))
    }
    moved =
      messages.length +
      (await expireOverdue(shop.backends)) +
      (await askProvider(shop.backends, shop.provider))
  }
  return made
}

async function pay(shop: Shop, number: number): Promise<void> {
  expect((await openPayment(shop, number, buyerOf(number))).status).toBe(201)
  expect(shop.provider.pay(orderName(shop, number))).toBe(true)
  expect((await sendWebhook(shop, number, `event-${orderName(shop, number)}`)).status).toBe(204)
}

async function soldOutSign({ sale: id }: Shop): Promise<boolean> {
  await writeSnapshot(stores.redis, [(await readSale(stores.mysql, id))!], 20_000)
  const snapshot = JSON.parse((await stores.redis.get(SNAPSHOT))!) as Snapshot
  return snapshot.sales[id]!.soldOut
}

test('1.2 times the demand, and a sixth never pays, all the line can make up for: it buys every unit', async () => {
  const stock = 200
  const shop = await openShop(stores, { stock, standby: { percent: 50 } })
  const joined = await join(shop, 1.2 * stock)
  expect(joined.every(({ number }, i) => number === i + 1)).toBe(true)

  // Spread over the first orders; some have even opened a payment.
  const failing = new Set(Array.from({ length: 0.2 * stock }, (_, i) => 5 * i + 1))
  let rounds = 0
  for (let orders = await work(shop); orders.length > 0; orders = await work(shop)) {
    rounds++
    for (const { number } of orders) {
      if (!failing.has(number)) await pay(shop, number)
      else if (number % 2 === 0) await openPayment(shop, number, buyerOf(number))
    }
    await passADay(shop)
  }
  expect(rounds).toBe(2)

  const books = await readBooks(shop)
  expect(books.sale).toEqual({ stock, sold: stock, paid: stock })
  expect(countStates(books)).toEqual({ paid: stock, expired: failing.size })
  expect((await auditSale(stores, shop.sale, []))!.audit).toMatchObject({ ok: true, paid: stock, left: 0 })
})

test('30% never pay, with as many standing by: all are paid by the line, and the rest is told', async () => {
  const stock = 50
  const shop = await openShop(stores, { stock, standby: { percent: 50 } })
  await join(shop, 1.5 * stock)
  const lazy = (number: number) => number <= stock && number % 10 < 3
  let last: number | undefined
  for (let orders = await work(shop); orders.length > 0; orders = await work(shop)) {
    for (const { number } of orders.filter((order) => !lazy(order.number))) {
      expect(await stateOf(shop, 1.5 * stock)).not.toBe('sold_out')
      await pay(shop, number)
      last = number
    }
    await passADay(shop)
  }
  expect(last).toBe(stock + 15)
  // Fifteen came back and went to the first fifteen who stood by; the ten behind them have their answer.
  const books = await readBooks(shop)
  expect(countStates(books)).toEqual({ paid: stock, expired: 15 })
  expect([...books.refusals]).toEqual(Array.from({ length: 10 }, (_, i) => [stock + 16 + i, 'sold_out']))
  expect(await stateOf(shop, 1.5 * stock)).toBe('sold_out')
  expect((await auditSale(stores, shop.sale, []))!.audit.problems).toEqual([])
})

test('the payment of the last unit tells those who stand by at once', async () => {
  const shop = await openShop(stores, { stock: 2, standby: 3 })
  await join(shop, 5)
  await work(shop)
  await pay(shop, 1)
  expect(await soldOutSign(shop)).toBe(false)
  expect(await releaseAll(shop)).toEqual([])
  await pay(shop, 2)
  expect(await soldOutSign(shop)).toBe(true)
  const messages = await releaseAll(shop)
  expect(messages.map(({ kind, tickets }) => [kind, tickets.map(({ number }) => number)])).toEqual([
    ['sold_out', [3, 4, 5]],
  ])
  for (const message of messages) await serve(shop, message)
  for (const number of [3, 4, 5]) expect(await stateOf(shop, number)).toBe('sold_out')
  // A click after that is told so, too, by the line itself.
  expect((await joinLine(stores.redis, shop.sale, [{ buyer: 'late', quantity: 1 }])).answers[0]!.code).toBe(6)
})

test('with nobody standing by, a unit that comes back takes the sold-out sign off', async () => {
  const shop = await openShop(stores, { stock: 1, standby: 0 })
  await join(shop, 1)
  await work(shop)
  expect(await soldOutSign(shop)).toBe(true)
  await passADay(shop)
  await work(shop)
  expect(await soldOutSign(shop)).toBe(false)
  const { answers } = await joinLine(stores.redis, shop.sale, [{ buyer: 'next', quantity: 1 }])
  expect(answers[0]).toMatchObject({ code: 1, number: 2 })
  const [order] = await work(shop)
  expect(order).toMatchObject({ number: 2, state: 'awaiting_payment' })
})

test('a unit goes to the head of the line, not to whoever asks', async () => {
  const shop = await openShop(stores, { stock: 1, standby: 3 })
  await join(shop, 3)
  await work(shop)
  await passADay(shop)
  // The one whose time ran out asks again at once, before anybody else: behind those who stand by.
  await expireOverdue(shop.backends)
  const { answers } = await joinLine(stores.redis, shop.sale, [{ buyer: buyerOf(1), quantity: 1 }])
  expect(answers[0]).toMatchObject({ code: 1, number: 4, position: 3 })
  expect((await work(shop)).map(({ number }) => number)).toEqual([2])
})
