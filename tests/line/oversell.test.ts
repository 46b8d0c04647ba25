import { createConnection } from 'mysql2/promise'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { saleKeys } from '../../contract/keys.ts'
import { RESERVE, reserveBatch } from '../../contract/line/reserve.ts'
import { readSale } from '../../contract/sales.ts'
import type { Flight } from '../../workers/orders/flight.ts'
import { type Reservations, recordBatch, StaleReservation } from '../../workers/orders/record-batch.ts'
import { admitted, clickAll, pollAll } from '../crowd.ts'
import { openShop, type Shop } from '../lend-stack.ts'
import { borrowStack } from './borrow-stack.ts'

// Whatever Redis says, MySQL decides. Each test takes one of the guards alone.

let shop: Shop
beforeAll(async () => {
  shop = await openShop(borrowStack())
})
afterAll(() => shop?.close())

const flightsOf = (numbers: number[], buyerOf = (number: number) => `buyer${number}`): Flight[] =>
  numbers.map((number) => ({
    ...{ kind: 'order', releasedAt: Date.now() },
    ticket: { number, buyer: buyerOf(number), quantity: 1 },
  }))

/** A Redis that lets everybody win. */
const allWon = (flights: Flight[], epoch = 1): Reservations => ({
  epoch,
  codes: new Map(flights.map(({ ticket }) => [ticket.number, RESERVE.won])),
})

const record = (sale: number, flights: Flight[], epoch?: number) =>
  recordBatch(shop.mysql, sale, flights, allWon(flights, epoch))

const statesOf = (fates: { state: string }[]) => fates.map(({ state }) => state)

async function sold(sale: number): Promise<{ sold: number; orders: number }> {
  return { sold: (await readSale(shop.mysql, sale))!.sold, orders: (await shop.orders(sale)).length }
}

test('a Redis that believes in more units than there are sells not one of them', async () => {
  const sale = await shop.sell({ stock: 20, standby: 0, release: { batch: 10, everyMs: 50 } })
  await shop.redis.hset(saleKeys(sale).card, 'left', 50)
  const tickets = admitted(await clickAll(shop.at, { sale, buyers: 60, prefix: 'drift' }))
  expect(tickets.length).toBe(50)
  const told = statesOf(await pollAll(shop.at, tickets))
  expect(told.filter((state) => state === 'awaiting_payment').length).toBe(20)
  expect(told.filter((state) => state === 'sold_out').length).toBe(30)
  expect(await sold(sale)).toEqual({ sold: 20, orders: 20 })
  expect((await shop.refusals(sale)).map(({ state }) => state)).toEqual(Array(30).fill('sold_out'))
  // And the audit sees a Redis that is wrong: once more, since after three rounds reconciliation has put it right.
  await shop.redis.hincrby(saleKeys(sale).card, 'left', 7)
  expect((await shop.audit(sale)).audit.problems.join()).toContain('Redis has')
})

describe('recording, with a Redis that lets everybody win', () => {
  test('the batch is cut to what is left, in the order of the line', async () => {
    const sale = await shop.sell({ stock: 3 })
    const fates = await record(sale, flightsOf([1, 2, 3, 4, 5]))
    expect(statesOf(fates)).toEqual([...Array(3).fill('awaiting_payment'), 'sold_out', 'sold_out'])
    expect(await sold(sale)).toEqual({ sold: 3, orders: 3 })
    // Again: the same rows, told as they are.
    expect(statesOf(await record(sale, flightsOf([1, 2, 3, 4, 5])))).toEqual(statesOf(fates))
    expect(await sold(sale)).toEqual({ sold: 3, orders: 3 })
  })

  test('it waits for whoever has the sale’s row, and counts what that one sold', async () => {
    const sale = await shop.sell({ stock: 10 })
    const other = await shop.mysql.getConnection()
    await other.query('START TRANSACTION')
    await other.query('UPDATE sales SET sold = 9 WHERE id = ?', [sale])
    const recording = record(sale, flightsOf([1, 2, 3]))
    await new Promise((resolve) => setTimeout(resolve, 300))
    await other.query('COMMIT')
    other.release()
    expect(statesOf(await recording)).toEqual(['awaiting_payment', 'sold_out', 'sold_out'])
  })

  test('two tickets of one buyer, at the same time in two workers, are one order', async () => {
    const sale = await shop.sell()
    const anna = () => 'anna'
    const fates = await Promise.all([record(sale, flightsOf([1], anna)), record(sale, flightsOf([2], anna))])
    expect(statesOf(fates.flat()).sort()).toEqual(['awaiting_payment', 'duplicate'])
    expect(statesOf(await record(sale, flightsOf([3, 4], anna)))).toEqual(['duplicate', 'duplicate'])
    expect(await sold(sale)).toEqual({ sold: 1, orders: 1 })
  })

  test('a reservation of another life of Redis counts for nothing', async () => {
    const sale = await shop.sell()
    await expect(record(sale, flightsOf([1]), 2)).rejects.toThrow(StaleReservation)
    expect(await sold(sale)).toEqual({ sold: 0, orders: 0 })
  })

  test('the guard refuses what the decision overlooked, and nothing is written', async () => {
    const sale = await shop.sell({ stock: 5 })
    const { mysqlAdmin } = shop.at.secrets
    const server = { host: '127.0.0.1', port: shop.at.ports.mysql, database: 'sluice' }
    const admin = await createConnection({ ...server, user: 'admin', password: mysqlAdmin })
    // Sells the rest between the decision and the guard, which no other transaction could.
    await admin.query(
      `CREATE TRIGGER sell_the_rest AFTER INSERT ON orders FOR EACH ROW
       UPDATE sales SET sold = stock WHERE id = NEW.sale_id AND id = ${sale}`,
    )
    try {
      await expect(record(sale, flightsOf([1, 2]))).rejects.toThrow('the stock guard refused 2 units')
      expect(await sold(sale)).toEqual({ sold: 0, orders: 0 })
    } finally {
      await admin.query('DROP TRIGGER sell_the_rest')
      await admin.end()
    }
    expect(statesOf(await record(sale, flightsOf([1, 2])))).toEqual(Array(2).fill('awaiting_payment'))
  })
})

test('the schema itself refuses more sold than stock, a second live order, and an order of nothing', async () => {
  const sale = await shop.sell({ stock: 5 })
  await record(sale, flightsOf([1]))
  const { mysql } = shop
  await expect(mysql.query('UPDATE sales SET sold = stock + 1 WHERE id = ?', [sale])).rejects.toThrow(
    'sold_within_stock',
  )
  const copy = (number: number, buyer: string, quantity: number) =>
    mysql.query(
      `INSERT INTO orders (sale_id, number, buyer, quantity, amount_cents, currency, state, pay_by, released_at, created_at)
       SELECT sale_id, ?, ?, ?, amount_cents, currency, state, pay_by, released_at, created_at FROM orders
       WHERE sale_id = ? AND number = 1`,
      [number, buyer, quantity, sale],
    )
  await expect(copy(2, 'buyer1', 1)).rejects.toThrow('one_live_order')
  await expect(copy(1, 'somebody', 1)).rejects.toThrow('PRIMARY')
  await expect(copy(2, 'somebody', 0)).rejects.toThrow('some_quantity')
  await expect(copy(2, 'somebody\u00e9', 1)).rejects.toThrow('buyer')
})

test('Redis reserves one ticket a buyer, each once, and never below zero', async () => {
  const sale = await shop.sell({ stock: 3, release: { batch: 1, everyMs: 3_600_000 } })
  const { card } = saleKeys(sale)
  const ticket = (number: number, buyer: string) => ({ number, buyer, quantity: 1 })
  const first = [ticket(1, 'a'), ticket(2, 'a'), ticket(3, 'b'), ticket(4, 'c'), ticket(5, 'd')]
  const expected = [RESERVE.won, RESERVE.duplicate, RESERVE.won, RESERVE.won, RESERVE.soldOut]
  for (let times = 0; times < 3; times++) {
    expect((await reserveBatch(shop.redis, sale, first)).codes).toEqual(expected)
    expect(await shop.redis.hget(card, 'left')).toBe('0')
  }
})
