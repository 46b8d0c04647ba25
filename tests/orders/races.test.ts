import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { joinLine } from '../../contract/line/join.ts'
import type { NewPayment } from '../../contract/payments/provider.ts'
import { auditSale } from '../../ops/audit/audit-sale.ts'
import { askProvider } from '../../workers/payments/ask-provider.ts'
import { expireOverdue } from '../../workers/payments/expire-overdue.ts'
import { type LentStores, lendStores } from '../lend-stores.ts'
import { countStates, readBooks } from './read-books.ts'
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

const ORDERS = 2_000
/** Buyers who stand by for what comes back, so that a late payment may find no unit. */
const STANDBY = 600
const AT_ONCE = 50

let stores: LentStores

beforeAll(async () => {
  stores = await lendStores({ connections: 16 })
})
afterAll(() => stores?.stop())

const buyerOf = (number: number): string => `buyer${number}`

/** Runs work for each number, so many at a time. */
async function pool(
  numbers: number[],
  atOnce: number,
  work: (number: number) => Promise<void>,
): Promise<void> {
  const rest = numbers.values()
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (const number of rest) await work(number)
    }),
  )
}

/** An answer that says "try again" is tried again, as the provider and the page do. */
async function until(call: () => Promise<{ status: number; code: string | undefined }>, answers: number[]) {
  for (let tries = 1; ; tries++) {
    const { status, code } = await call()
    if (answers.includes(status)) return { status, tries }
    if (status !== 503 || tries === 20) throw new Error(`answered ${status} ${code} after ${tries} tries`)
  }
}

async function fillSale(): Promise<Shop> {
  const shop = await openShop(stores, { stock: ORDERS, standby: STANDBY, priceCents: 990 })
  const clicks = Array.from({ length: ORDERS + STANDBY }, (_, i) => ({ buyer: buyerOf(i + 1), quantity: 1 }))
  await joinLine(stores.redis, shop.sale, clicks)
  for (const message of await releaseAll(shop)) await serve(shop, message)
  return shop
}

/** Payments as openPayment leaves them, all at once. */
async function openPayments(shop: Shop, numbers: number[]): Promise<void> {
  await stores.mysql.query(
    `INSERT INTO payments (sale_id, number, amount_cents, currency, state, pay_url, created_at, updated_at)
     SELECT sale_id, number, amount_cents, currency, 'open', 'http://127.0.0.1/pay', created_at, created_at
     FROM orders WHERE sale_id = ? AND number IN (?)`,
    [shop.sale, numbers],
  )
  for (const number of numbers)
    await shop.provider.open({ id: orderName(shop, number), amountCents: 990 } as NewPayment)
}

/** Everything that can happen to an order, at the same time, in the order that `turn` gives. */
function raceFor(shop: Shop, number: number): Promise<unknown> {
  const { mysql } = stores
  const id = orderName(shop, number)
  // A third is never paid; of those paid, some are charged even after the provider was asked to make them void.
  const paid = number % 3 !== 0
  const captured = number % 4 === 0 ? ('captured' as const) : undefined
  const parts = [
    async () => {
      // Some pay at once, others take a moment, so that each of the three is first now and then.
      if (number % 2 === 0) await sleep((number * 37) % 600)
      if (paid && shop.provider.pay(id, captured)) {
        await until(() => sendWebhook(shop, number, `event-${id}`), [204])
        await until(() => sendWebhook(shop, number, `event-${id}`), [204])
      }
    },
    async () => {
      const sql = 'UPDATE orders SET pay_by = ? WHERE sale_id = ? AND number = ?'
      await mysql.query(sql, [new Date(Date.now() - 1), shop.sale, number])
      await expireOverdue(shop.backends)
    },
    async () => void (await until(() => cancelOrder(shop, number, buyerOf(number)), [204, 409])),
  ]
  const turn = number % 3
  return Promise.all([...parts.slice(turn), ...parts.slice(0, turn)].map((part) => part()))
}

test('2,000 orders that are paid, expire and are cancelled at the same time', async () => {
  const shop = await fillSale()
  expect(countStates(await readBooks(shop))).toEqual({ awaiting_payment: ORDERS })
  const numbers = Array.from({ length: ORDERS }, (_, i) => i + 1)

  // Two of three have a payment open.
  await openPayments(
    shop,
    numbers.filter((number) => number % 3 !== 0 || number % 2 !== 0),
  )
  let racing = true
  const standby = (async () => {
    while (racing) {
      for (const message of await releaseAll(shop)) await serve(shop, message)
      await askProvider(shop.backends, shop.provider)
    }
  })()
  await pool(numbers, AT_ONCE, async (number) => void (await raceFor(shop, number)))
  racing = false
  await standby

  // What was left to the provider's later answers comes to its end.
  for (let asked = 1; asked > 0; ) {
    await passADay(shop)
    asked = (await askProvider(shop.backends, shop.provider)) + (await expireOverdue(shop.backends))
    for (const message of await releaseAll(shop)) await serve(shop, message)
  }

  const books = await readBooks(shop)
  const orders = [...books.orders.values()]
  const counts = countStates(books)
  // Each order has one end; nothing is in between.
  expect(orders.length).toBeGreaterThan(ORDERS)
  for (const { state, number } of orders) {
    expect(['paid', 'expired', 'cancelled', 'refunded'], `order ${number}`).toContain(state)
  }
  for (const state of ['paid', 'expired', 'cancelled', 'refunded'] as const) {
    expect(counts[state], `no race ended ${state}`).toBeGreaterThan(0)
  }

  // Units: those given back are those of orders that expired or were cancelled, each once.
  const sum = (of: (order: (typeof orders)[number]) => number) =>
    orders.reduce((total, order) => total + of(order), 0)
  const lateAndPaid = orders.filter(({ state, restored }) => state === 'paid' && restored !== null)
  expect(sum(({ restored }) => restored ?? 0)).toBe(
    sum(({ state, quantity }) => (['expired', 'cancelled', 'refunded'].includes(state) ? quantity : 0)) +
      lateAndPaid.length,
  )
  expect(books.sale).toEqual({ stock: ORDERS, sold: counts.paid, paid: counts.paid })

  // Money: a charge has goods or went back, once.
  const charges = [...shop.provider.books].filter(([, { state }]) => state === 'succeeded')
  expect(charges.length).toBe(counts.paid! + counts.refunded!)
  for (const [id, { refunds }] of charges) {
    const { state } = books.orders.get(Number(id.split('-')[1]))!
    expect({ id, state, refunds }).toEqual({ id, state: refunds === 1 ? 'refunded' : 'paid', refunds })
  }

  expect((await auditSale(stores, shop.sale, []))!.audit.problems).toEqual([])
  process.stdout.write(`races: ${JSON.stringify({ ...counts, latePaid: lateAndPaid.length })}\n`)
}, 300_000)

test('buyers who open their payments at once do not get into each other’s way', async () => {
  const shop = await openShop(stores, { stock: 300, standby: 0 })
  const numbers = Array.from({ length: 300 }, (_, i) => i + 1)
  await joinLine(
    stores.redis,
    shop.sale,
    numbers.map((number) => ({ buyer: buyerOf(number), quantity: 1 })),
  )
  for (const message of await releaseAll(shop)) await serve(shop, message)
  const deadlocks = async () => (await stores.mysql.query("SHOW GLOBAL STATUS LIKE 'Innodb_deadlocks'"))[0]
  const before = await deadlocks()
  const answers: number[] = []
  await pool(numbers, AT_ONCE, async (number) => {
    answers.push((await openPayment(shop, number, buyerOf(number))).status)
  })
  expect(answers.filter((status) => status !== 201)).toEqual([])
  expect(await deadlocks()).toEqual(before)
})
