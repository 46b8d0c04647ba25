import { afterAll, beforeAll, expect, test } from 'vitest'
import { closeTicket } from '../../contract/close-ticket.ts'
import type { Problem } from '../../contract/errors.ts'
import { saleKeys } from '../../contract/keys.ts'
import { joinLine } from '../../contract/line/join.ts'
import { RESERVE } from '../../contract/line/reserve.ts'
import { preloadSale } from '../../contract/preload.ts'
import { auditSale } from '../../ops/audit/audit-sale.ts'
import { stepPhase } from '../../ops/sales/change-phase.ts'
import { select } from '../../platform/mysql.ts'
import { recordBatch } from '../../workers/orders/record-batch.ts'
import { askProvider } from '../../workers/payments/ask-provider.ts'
import { expireOverdue } from '../../workers/payments/expire-overdue.ts'
import { type LentStores, lendStores } from '../lend-stores.ts'
import { join, makeOrders, problemsOf, stateOf } from '../orders/make-orders.ts'
import { readBooks } from '../orders/read-books.ts'
import { openPayment, openShop, orderName, passADay, releaseAll, sendWebhook, serve } from '../orders/shop.ts'
import { pay, readBack, settle, sold, stockUp } from './settled-shop.ts'

/** Settlement, and each guard of it by the one case that it stands for. */

// Real stores on a machine that runs other tests beside these.
let stores: LentStores
beforeAll(async () => {
  stores = await lendStores({ connections: 8 })
})
afterAll(() => stores?.stop())

const refusal = (work: Promise<unknown>): Promise<Problem> =>
  work.then(
    () => {
      throw new Error('it was not refused')
    },
    (problem: Problem) => problem,
  )

test('what is left goes back into the shop, every paid order out to it, once', async () => {
  const shop = await sold(stores, { stock: 10, buyers: ['ann', 'bob', 'cid'], paid: 2 })
  await passADay(shop)
  await expireOverdue(shop.backends)
  const first = await settle(shop)
  expect(first).toMatchObject({
    again: false,
    settlement: { stock: 10, paidUnits: 2, unitsBack: 8, orders: 2, amountCents: 1980, settledBy: 'olga' },
  })
  const after = await readBack(shop)
  expect(after).toEqual({
    ...{ phase: 'settled', onHand: 8, moves: ['registered -10', 'settled 8'] },
    told: ['1 paid ann', '2 paid bob'],
  })
  expect(await settle(shop)).toEqual({ ...first, again: true })
  expect(await readBack(shop)).toEqual(after)
  expect(await problemsOf(shop)).toEqual([])
})

test('several who settle at once settle once', async () => {
  const shop = await sold(stores, { stock: 4, buyers: ['ann', 'bob'], paid: 2 })
  const answers = await Promise.all([1, 2, 3, 4].map(() => settle(shop)))
  expect(answers.filter(({ again }) => !again)).toHaveLength(1)
  expect(await readBack(shop)).toMatchObject({ onHand: 2, moves: ['registered -4', 'settled 2'] })
  const rows = await select(
    stores.mysql,
    "SELECT 1 FROM actions WHERE sale_id = ? AND action = 'sale.settle'",
    [shop.sale],
  )
  expect(rows).toHaveLength(1)
})

test('a sale of which something still moves is not settled, and says what and until when', async () => {
  const sku = await stockUp(stores, 3)
  const shop = await makeOrders(stores, 3, ['ann', 'bob'], {
    sku,
    standby: 5,
    closesAt: Date.now() + 600_000,
  })
  expect(await refusal(settle({ ...shop }))).toMatchObject({
    code: 'conflict',
    extra: { possibleAt: expect.any(Number) },
  })
  await pay(shop, 1, 'ann')
  await join(shop, 'cid', 'dan')
  await stepPhase(stores, shop.sale, 'close')
  const waiting = await refusal(settle(shop))
  expect(waiting).toMatchObject({ code: 'conflict', extra: { waiting: 2, inFlight: 0, awaitingPayment: 1 } })
  expect(waiting.extra?.possibleAt).toBeGreaterThan(Date.now() + 60_000)
  const messages = await releaseAll(shop)
  expect(await refusal(settle(shop))).toMatchObject({ extra: { waiting: 0, inFlight: 2 } })
  for (const message of messages) await serve(shop, message)
  await openPayment(shop, 2, 'bob')
  await passADay(shop)
  await expireOverdue(shop.backends)
  expect(await refusal(settle(shop))).toMatchObject({
    extra: { expiring: 1, awaitingPayment: 0, inFlight: 0 },
  })
  await askProvider(shop.backends, shop.provider)
  expect(await settle(shop)).toMatchObject({ again: false, settlement: { paidUnits: 1, unitsBack: 2 } })
})

test('a sale past its closing time is closed on the way', async () => {
  const shop = await makeOrders(stores, 2, ['ann'], { sku: await stockUp(stores, 2) })
  await pay(shop, 1, 'ann')
  await stores.mysql.query('UPDATE sales SET opens_at = ?, closes_at = ? WHERE id = ?', [
    ...[new Date(Date.now() - 2_000), new Date(Date.now() - 1_000), shop.sale],
  ])
  expect(await settle(shop)).toMatchObject({ again: false, settlement: { unitsBack: 1 } })
})

test('books that are not right are not settled', async () => {
  const shop = await sold(stores, { stock: 3, buyers: ['ann'], paid: 1 })
  await stores.mysql.query("UPDATE payments SET state = 'void' WHERE sale_id = ?", [shop.sale])
  expect(await refusal(settle(shop))).toMatchObject({
    code: 'conflict',
    extra: { problems: expect.any(Array) },
  })
  expect(await readBack(shop)).toMatchObject({ phase: 'closed', told: [] })
})

test('Redis lets go of a settled sale, and is not told of it again', async () => {
  const shop = await sold(stores, { stock: 3, buyers: ['ann'], paid: 1 })
  await settle(shop)
  await preloadSale(stores.mysql, stores.redis, shop.sale)
  expect(await stores.redis.exists(Object.values(saleKeys(shop.sale)))).toBe(0)
})

test('money that comes in after the settlement takes no unit: it goes back, and the shop hears of it', async () => {
  const shop = await sold(stores, { stock: 3, buyers: ['ann', 'bob'], paid: 1 })
  await openPayment(shop, 2, 'bob')
  await passADay(shop)
  await expireOverdue(shop.backends)
  await askProvider(shop.backends, shop.provider)
  await settle(shop)
  shop.provider.pay(orderName(shop, 2), 'captured')
  await sendWebhook(shop, 2, `late-${shop.sale}`)
  expect(await stateOf(shop, 2)).toBe('refunding')
  await askProvider(shop.backends, shop.provider)
  expect(await stateOf(shop, 2)).toBe('refunded')
  expect(await readBack(shop)).toMatchObject({ onHand: 2, told: ['1 paid ann', '2 refunded bob'] })
  expect(await problemsOf(shop)).toEqual([])
})

test('a message that comes after the settlement makes no order: its ticket is closed', async () => {
  const shop = await makeOrders(stores, 3, ['ann'], { sku: await stockUp(stores, 3) })
  await pay(shop, 1, 'ann')
  await join(shop, 'bob')
  const [late] = await releaseAll(shop)
  // Redis forgets it, while RabbitMQ keeps it.
  await stores.redis.del(...Object.values(saleKeys(shop.sale)))
  await stepPhase(stores, shop.sale, 'close')
  await settle({ ...shop })
  const served = await serve(shop, late!)
  expect(served.fates).toMatchObject([{ number: 2, state: 'closed' }])
  expect((await readBooks(shop)).refusals.get(2)).toBe('closed')
  expect(await problemsOf(shop)).toEqual([])
})

test('a reservation of before the settlement makes no order after it', async () => {
  const shop = await openShop(stores, { stock: 3, sku: await stockUp(stores, 3) })
  await stepPhase(stores, shop.sale, 'close')
  await settle({ ...shop })
  const flight = {
    ticket: { number: 1, buyer: 'ann', quantity: 1 },
    ...{ kind: 'order' as const, releasedAt: Date.now(), requestId: undefined },
  }
  const reservations = { epoch: 1, codes: new Map([[1, RESERVE.won]]) }
  const fates = await recordBatch(stores.mysql, shop.sale, [flight], reservations)
  expect(fates).toMatchObject([{ state: 'closed' }])
})

test('a ticket that everybody had forgotten gets its answer from the settled sale, for good', async () => {
  const shop = await makeOrders(stores, 2, ['ann'], { sku: await stockUp(stores, 2) })
  await pay(shop, 1, 'ann')
  const { answers } = await joinLine(stores.redis, shop.sale, [{ buyer: 'bob', quantity: 1 }])
  await stores.redis.flushall()
  await stepPhase(stores, shop.sale, 'close')
  await settle({ ...shop })
  const ticket = { sale: shop.sale, number: answers[0]!.number, quantity: 1, expiresS: 0, buyer: 'bob' }
  expect(await closeTicket(stores.mysql, ticket)).toEqual({ state: 'closed', payBy: 0 })
  expect(await closeTicket(stores.mysql, ticket)).toEqual({ state: 'closed', payBy: 0 })
  expect(await closeTicket(stores.mysql, { ...ticket, number: 1, buyer: 'ann' })).toMatchObject({
    state: 'paid',
  })
  await expect(closeTicket(stores.mysql, { ...ticket, number: 10_000_000 })).rejects.toThrow('never was')
  expect(await problemsOf(shop)).toEqual([])
})

test('the audit of a settled sale sees what is missing, too much or told wrongly', async () => {
  const shop = await sold(stores, { stock: 5, buyers: ['ann', 'bob'], paid: 2 })
  await settle(shop)
  const { audit } = (await auditSale(stores, shop.sale, []))!
  expect(audit).toMatchObject({ ok: true, tickets: 2, sold: 2, left: 3 })
  const wrongs: [sql: string, sentence: RegExp][] = [
    ['UPDATE outbox SET quantity = 2 WHERE sale_id = ? AND number = 1', /told to the shop otherwise/],
    ['DELETE FROM outbox WHERE sale_id = ? AND number = 1', /not among what the shop is told/],
    ['UPDATE settlements SET units_back = 4, paid_units = 1 WHERE sale_id = ?', /4 units were given back/],
    ['UPDATE settlements SET orders = 1 WHERE sale_id = ?', /with 1 orders, not 2/],
    ['DELETE FROM settlements WHERE sale_id = ?', /settled without a settlement/],
    ["UPDATE sales SET phase = 'closed' WHERE id = ?", /inventory|settled, but closed/],
    ['DELETE FROM orders WHERE sale_id = ? AND number = 2', /ticket \d+-2 was handed out/],
  ]
  for (const [sql, sentence] of wrongs) {
    const db = await stores.mysql.getConnection()
    await db.query('SET foreign_key_checks = 0')
    await db.query('START TRANSACTION')
    await db.query(sql, [shop.sale])
    // The audit reads the same connection's view: what it finds is not committed.
    const pool = { getConnection: async () => shielded(db) } as unknown as typeof stores.mysql
    const found = (await auditSale({ mysql: pool, redis: stores.redis }, shop.sale, []))!.audit.problems
    expect(found.join('\n')).toMatch(sentence)
    await db.query('ROLLBACK')
    await db.query('SET foreign_key_checks = 1')
    db.release()
  }
})

/** The connection, without what would end the transaction that a test is in. */
function shielded(db: { query: (...args: never[]) => unknown }) {
  const kept = /^(SET TRANSACTION|START TRANSACTION|ROLLBACK)/
  return {
    query: async (sql: string, values?: unknown[]) =>
      kept.test(sql) ? [[], []] : db.query(...([sql, values] as never[])),
    release: () => undefined,
    destroy: () => undefined,
  }
}

test('a draft and a rehearsal are not settled', async () => {
  const shop = await openShop(stores, { stock: 2 })
  await stores.mysql.query("UPDATE sales SET phase = 'draft' WHERE id = ?", [shop.sale])
  expect(await refusal(settle(shop))).toMatchObject({
    code: 'conflict',
    detail: expect.stringMatching(/nothing was sold/),
  })
  await stores.mysql.query("UPDATE sales SET phase = 'closed', rehearsal_of = ? WHERE id = ?", [
    ...[shop.sale, shop.sale],
  ])
  expect(await refusal(settle(shop))).toMatchObject({ detail: expect.stringMatching(/rehearsal/) })
  expect(await refusal(settle({ ...shop, sale: 999_999 }))).toMatchObject({ code: 'unknown_sale' })
})
