import { afterAll, beforeAll, expect, test } from 'vitest'
import { saleKeys } from '../../contract/keys.ts'
import { joinLine } from '../../contract/line/join.ts'
import { reserveBatch } from '../../contract/line/reserve.ts'
import { createSale } from '../../ops/sales/create-sale.ts'
import { transaction } from '../../platform/mysql.ts'
import { type LentStores, lendStores } from '../lend-stores.ts'
import { release, writeGoodBooks } from './books.ts'
import { auditOf, expectProblems, type Fault } from './expect-problems.ts'

// Real servers on a machine that runs other tests beside these.
let stores: LentStores
beforeAll(async () => {
  stores = await lendStores({ connections: 4 })
})
afterAll(() => stores?.stop())

const audit = (sale: number) => auditOf(stores, sale)
const sql = (text: string, ...values: unknown[]) => stores.mysql.query(text, values)

test('good books, with a ticket in every place', async () => {
  const sale = await writeGoodBooks(stores)
  expect(await audit(sale)).toEqual({
    ok: true,
    stock: 10,
    sold: 6,
    paid: 1,
    awaiting: 5,
    left: 4,
    tickets: 15,
    waiting: 4,
    inFlight: 4,
    outcomes: {
      ...{ awaiting_payment: 5, expiring: 0, paid: 1, expired: 0, cancelled: 0, refunding: 0, refunded: 0 },
      ...{ sold_out: 0, duplicate: 0, left: 1, closed: 0 },
    },
    problems: [],
  })
})

/** One fault a case: what is broken, and every sentence that must then be told (`#` stands for `ticket SALE-`). */
const FAULTS: Fault[] = [
  [
    'sold off by one',
    (sale) => sql('UPDATE sales SET sold = sold - 1 WHERE id = ?', sale),
    ['MySQL counts 5 units as sold, but the live orders hold 6'],
  ],
  [
    'a wrong count of those waiting',
    (sale) => stores.redis.hincrby(saleKeys(sale).card, 'waiting', 1),
    ['Redis counts 5 units as waiting, but the line wants 4'],
  ],
  [
    'a wrong count of those flying',
    (sale) => stores.redis.hincrby(saleKeys(sale).card, 'flying', -1),
    ['Redis counts 1 units as flying, but the tickets in flight want 2'],
  ],
  [
    'units left that are not there',
    (sale) => stores.redis.hincrby(saleKeys(sale).card, 'left', 1),
    [
      'Redis has 3 units left, 2 reserved without a row and 6 held by orders: together 11, but the stock is 10',
    ],
  ],
  [
    'less than no units left',
    (sale) => stores.redis.hset(saleKeys(sale).card, 'left', -1),
    [
      'Redis has -1 units left, less than none',
      'Redis has -1 units left, 2 reserved without a row and 6 held by orders: together 7, but the stock is 10',
    ],
  ],
  [
    'another stock in Redis',
    (sale) => stores.redis.hset(saleKeys(sale).card, 'stock', 11),
    ['Redis has a stock of 11, MySQL of 10'],
  ],
  [
    'a reservation forgotten by Redis',
    (sale) => stores.redis.hdel(saleKeys(sale).fate, '7'),
    [
      'Redis has 2 units left, 1 reserved without a row and 6 held by orders: together 9, but the stock is 10',
      'Redis counts 2 units as flying, but the tickets in flight want 3',
    ],
  ],
  [
    'an order of more units than the sale allows',
    async (sale) => {
      await sql('UPDATE orders SET quantity = 2, amount_cents = 1980 WHERE sale_id = ? AND number = 2', sale)
      await sql('UPDATE sales SET sold = 7 WHERE id = ?', sale)
      await stores.redis
        .multi()
        .hset(saleKeys(sale).fate, '2', 'awaiting_payment,2,0,1,buyer2')
        .hincrby(saleKeys(sale).card, 'left', -1)
        .exec()
    },
    ['#2 is an order of 2 units for 1980 EUR cents; the sale allows 1 at 990 EUR cents each'],
  ],
  [
    'an order of another amount',
    (sale) => sql('UPDATE orders SET amount_cents = 1 WHERE sale_id = ? AND number = 2', sale),
    ['#2 is an order of 1 units for 1 EUR cents; the sale allows 1 at 990 EUR cents each'],
  ],
  [
    'an order of another currency',
    (sale) => sql("UPDATE orders SET currency = 'USD' WHERE sale_id = ? AND number = 2", sale),
    ['#2 is an order of 1 units for 990 USD cents; the sale allows 1 at 990 EUR cents each'],
  ],
  [
    'a wrong count of those awaiting their payment',
    (sale) => stores.redis.hset(saleKeys(sale).card, 'awaiting', 1),
    ['Redis counts 1 units as awaiting their payment, but it tells of 0'],
  ],
  [
    'a line that was ended too early',
    (sale) => stores.redis.hset(saleKeys(sale).card, 'ending', 'sold_out'),
    ['Redis ends the line with sold_out, but only 1 of 10 units are paid'],
  ],
]

test.each(FAULTS)('%s', (_, breakIt, problems) => expectProblems(stores, breakIt, problems))

test('tickets of several units, in the line, in flight and reserved', async () => {
  const { id: sale } = await createSale(stores, {
    ...{
      title: 'umbrellas',
      stock: 10,
      standby: 9,
      perUser: 3,
      priceCents: 990,
      release: 'auto',
      opensAt: Date.now() - 1,
    },
  })
  const wanted = [1, 2, 3].flatMap((i) =>
    [1, 2, 3].map((quantity) => ({ buyer: `b${i}${quantity}`, quantity })),
  )
  await joinLine(stores.redis, sale, wanted)
  await release(stores, sale)
  expect(await audit(sale)).toMatchObject({ ok: true, waiting: 3, inFlight: 6 })
  await reserveBatch(stores.redis, sale, [{ number: 2, buyer: 'b12', quantity: 2 }])
  expect(await audit(sale)).toMatchObject({ ok: true, waiting: 3, inFlight: 6, sold: 0 })
})

test('more sold than the stock', async () => {
  const sale = await writeGoodBooks(stores)
  await transaction(stores.mysql, async (db) => {
    await db.query('SET SESSION check_constraint_checks = 0')
    await db.query('UPDATE sales SET stock = 5 WHERE id = ?', [sale])
    await db.query('SET SESSION check_constraint_checks = 1')
  })
  expect((await audit(sale)).problems).toContain('6 units are sold of a stock of 5')
})

test('a buyer with two live orders', async () => {
  const sale = await writeGoodBooks(stores)
  const key = 'UNIQUE KEY one_live_order (buyer, sale_id, live)'
  await sql('ALTER TABLE orders DROP KEY one_live_order')
  try {
    await sql("UPDATE orders SET buyer = 'buyer3' WHERE sale_id = ? AND number = 5", sale)
    const { problems } = await audit(sale)
    expect(problems[0]).toBe(`buyer buyer3 has several live orders: tickets ${sale}-3, ${sale}-5`)
  } finally {
    await sql("UPDATE orders SET buyer = 'buyer5' WHERE sale_id = ? AND number = 5", sale)
    await sql(`ALTER TABLE orders ADD ${key}`)
  }
})
