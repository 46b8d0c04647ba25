import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { saleKeys } from '../../contract/keys.ts'
import { joinLine } from '../../contract/line/join.ts'
import { reserveBatch } from '../../contract/line/reserve.ts'
import { preloadSale } from '../../contract/preload.ts'
import { auditSale } from '../../ops/audit/audit-sale.ts'
import { stepPhase } from '../../ops/change-phase.ts'
import { createSale } from '../../ops/create-sale.ts'
import { migrate } from '../../platform/migrate.ts'
import { connectMysql, select, transaction } from '../../platform/mysql.ts'
import { connectRedis } from '../../platform/redis.ts'
import { type LentServer, lendMariadb, lendRedis } from '../lend-servers.ts'
import {
  buyerOf,
  joinMore,
  openSale,
  release,
  reserve,
  type Stores,
  tellFate,
  writeGoodBooks,
  writeOrder,
  writeRefusal,
} from './books.ts'

// Real servers on a machine that runs other tests beside these.
vi.setConfig({ testTimeout: 20_000 })

let servers: LentServer[]
let stores: Stores

beforeAll(async () => {
  servers = await Promise.all([lendMariadb(), lendRedis()])
  await migrate(servers[0]!.url)
  stores = {
    mysql: connectMysql(servers[0]!.url, { connections: 4 }),
    redis: connectRedis(servers[1]!.url, 'test'),
  }
  await stores.redis.connect()
}, 60_000)
afterAll(async () => {
  stores?.redis.disconnect()
  await stores?.mysql.end()
  await Promise.all(servers?.map((server) => server.stop()) ?? [])
})

async function audit(sale: number, on: Stores = stores) {
  const result = await auditSale(on, sale, [5, 5])
  if (!result) throw new Error(`no sale ${sale}`)
  return result.audit
}

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

test('an unknown sale', async () => {
  expect(await auditSale(stores, 99_999)).toBeUndefined()
})

/** One fault a case: what is broken, and every sentence that must then be told (`#` stands for `ticket SALE-`). */
const FAULTS: [name: string, breakIt: (sale: number) => Promise<unknown>, problems: string[]][] = [
  [
    'a deleted order row',
    (sale) => sql('DELETE FROM orders WHERE sale_id = ? AND number = 3', sale),
    [
      'MySQL counts 6 units as sold, but the live orders hold 5',
      '#3 was handed out, but is not in the line, not in flight, and has no row',
      '#3 is told as awaiting_payment,1,1,buyer3 in Redis, but MySQL has no row',
    ],
  ],
  [
    'a buyer gone from the line',
    (sale) =>
      stores.redis
        .multi()
        .zrem(saleKeys(sale).line, buyerOf(12))
        .hincrby(saleKeys(sale).card, 'waiting', -1)
        .exec(),
    ['#12 was handed out, but is not in the line, not in flight, and has no row'],
  ],
  [
    'a flight without its ticket',
    (sale) =>
      stores.redis.multi().hdel(saleKeys(sale).flight, '9').hincrby(saleKeys(sale).card, 'flying', -1).exec(),
    ['#9 was handed out, but is not in the line, not in flight, and has no row'],
  ],
  [
    'a deleted refusal',
    (sale) => sql('DELETE FROM refusals WHERE sale_id = ?', sale),
    [
      '#15 was handed out, but is not in the line, not in flight, and has no row',
      '#15 is told as left,1,1,buyer15 in Redis, but MySQL has no row',
    ],
  ],
  [
    'an order and a refusal of the same ticket',
    (sale) => writeRefusal(stores, sale, 3, 'duplicate'),
    [
      '#3 has two rows, one in orders and one in refusals',
      '#3 is told as awaiting_payment,1,1,buyer3 in Redis, but MySQL has duplicate,1,1,buyer3',
    ],
  ],
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
    'numbers beyond those leased',
    (sale) => sql('UPDATE sales SET numbers_leased = 14 WHERE id = ?', sale),
    ['Redis may hand out numbers up to 10000 and is at 15, but only 14 are leased'],
  ],
  [
    'a next number beyond the ceiling',
    (sale) => stores.redis.hset(saleKeys(sale).card, 'ceiling', 14),
    ['Redis may hand out numbers up to 14 and is at 15, but only 10000 are leased'],
  ],
  [
    'an order whose number was never handed out',
    async (sale) => {
      await writeOrder(stores, sale, 500, 'paid')
      await tellFate(stores, sale, 500, 'paid')
    },
    ['#500 is in the books, but its number was never handed out'],
  ],
  [
    'a ticket in the line that has a row',
    (sale) =>
      stores.redis
        .multi()
        .zadd(saleKeys(sale).line, 5, buyerOf(5))
        .hincrby(saleKeys(sale).card, 'waiting', 1)
        .exec(),
    ['#5 is in the line, though it has a row'],
  ],
  [
    'a ticket in flight that has a row',
    (sale) => stores.redis.hset(saleKeys(sale).flight, '5', 'order,1,buyer5'),
    ['#5 is in flight, though it has a row'],
  ],
  [
    'a ticket in the line and in flight',
    (sale) => stores.redis.hset(saleKeys(sale).flight, '12', 'left,1,buyer12'),
    ['#12 is in the line and in flight'],
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
    'an outcome told wrong',
    (sale) => stores.redis.hset(saleKeys(sale).fate, '4', 'expiring,1,0,1,buyer4'),
    ['#4 is told as expiring,1,1,buyer4 in Redis, but MySQL has awaiting_payment,1,1,buyer4'],
  ],
  [
    'an outcome told to somebody else',
    (sale) => stores.redis.hset(saleKeys(sale).fate, '4', 'awaiting_payment,1,0,1,buyer9'),
    ['#4 is told as awaiting_payment,1,1,buyer9 in Redis, but MySQL has awaiting_payment,1,1,buyer4'],
  ],
  [
    'an outcome not told',
    (sale) => stores.redis.hdel(saleKeys(sale).fate, '15'),
    ['#15 has a row, but Redis tells no outcome of it'],
  ],
  [
    'an outcome told of a later version',
    (sale) => stores.redis.hset(saleKeys(sale).fate, '4', 'awaiting_payment,1,0,2,buyer4'),
    ['#4 is told as awaiting_payment,1,2,buyer4 in Redis, but MySQL has awaiting_payment,1,1,buyer4'],
  ],
  [
    'a ticket in the line that has reserved its units',
    (sale) =>
      stores.redis
        .multi()
        .zadd(saleKeys(sale).line, 8, buyerOf(8))
        .hincrby(saleKeys(sale).card, 'waiting', 1)
        .hdel(saleKeys(sale).flight, '8')
        .exec(),
    ['#8 is in the line, though it has reserved its units'],
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
  [
    'another epoch in Redis',
    (sale) => stores.redis.hset(saleKeys(sale).card, 'epoch', 7),
    ['Redis is at epoch 7 of the sale, MySQL at 1: what Redis says is not checked'],
  ],
  [
    'a live sale that Redis has forgotten',
    (sale) => stores.redis.del(saleKeys(sale).card),
    ['Redis does not know the sale: the line, the flight and the units left are not checked'],
  ],
]

test.each(FAULTS)('%s', async (_, breakIt, problems) => {
  const sale = await writeGoodBooks(stores)
  await breakIt(sale)
  const told = await audit(sale)
  expect(told.problems).toEqual(problems.map((problem) => problem.replace('#', `ticket ${sale}-`)))
  expect(told.ok).toBe(false)
})

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

test('an earlier epoch: its numbers count as far as they are known', async () => {
  const sale = await writeGoodBooks(stores)
  await stores.redis.del(Object.values(saleKeys(sale)))
  await preloadSale(stores.mysql, stores.redis, sale)
  // Redis forgot who waited: 7 to 14 may have been handed out or not, nobody knows.
  expect(await audit(sale)).toMatchObject({ ok: true, tickets: 7, waiting: 0 })
  await sql('UPDATE epochs SET last_number = 8 WHERE sale_id = ? AND epoch = 1', sale)
  const without = 'was handed out, but is not in the line, not in flight, and has no row'
  expect((await audit(sale)).problems).toEqual([
    `ticket ${sale}-7 ${without}`,
    `ticket ${sale}-8 ${without}`,
    `ticket ${sale}-15 is in the books, but its number was never handed out`,
  ])
})

test('a closed sale that Redis has forgotten is proven as far as MySQL can, with a note', async () => {
  const sale = await writeGoodBooks(stores)
  await stepPhase(stores, sale, 'close')
  await stores.redis.del(saleKeys(sale).card)
  const result = await auditSale(stores, sale, [])
  expect(result?.audit).toMatchObject({ ok: true, sold: 6, tickets: 7 })
  expect(result?.unchecked).toMatch('Redis does not know the sale')
})

test('a Redis that is down: a problem in a live sale', async () => {
  const sale = await writeGoodBooks(stores)
  const redis = connectRedis('redis://127.0.0.1:1', 'nowhere')
  redis.on('error', () => {})
  await redis.connect().catch(() => {})
  const { ok, problems } = await audit(sale, { ...stores, redis })
  redis.disconnect()
  expect(ok).toBe(false)
  expect(problems).toHaveLength(1)
  expect(problems[0]).toMatch(/^Redis does not answer .* are not checked$/)
})

test('a thousand missing tickets are told as a hundred and a count', async () => {
  const sale = await openSale(stores, 1000, 0)
  await stores.redis.del(saleKeys(sale).line)
  const { problems } = await audit(sale)
  expect(problems).toHaveLength(101)
  expect(problems.at(-1)).toBe('and 901 more problems')
})

test('an audit changes nothing', async () => {
  const sale = await writeGoodBooks(stores)
  const everything = async () => [
    await Promise.all(Object.values(saleKeys(sale)).map((key) => stores.redis.dumpBuffer(key))),
    await select(stores.mysql, 'SELECT * FROM sales WHERE id = ?', [sale]),
    await select(stores.mysql, 'SELECT * FROM orders WHERE sale_id = ?', [sale]),
    await select(stores.mysql, 'CHECKSUM TABLE sales, orders, refusals, epochs'),
  ]
  const before = await everything()
  await audit(sale)
  expect(await everything()).toEqual(before)
})

test('a sale in full swing is not accused of what is only on its way', async () => {
  const stock = 400
  const sale = await openSale(stores, stock, 0)
  let running = true
  const run = async () => {
    // The life of a click in many small steps, with a moment between each, as gateways and workers take them.
    await release(stores, sale)
    for (let number = 1; number <= stock; number += 4) {
      const batch = [number, number + 1, number + 2, number + 3]
      await reserve(stores, sale, batch)
      for (const one of batch) await writeOrder(stores, sale, one, 'awaiting_payment')
      for (const one of batch) await tellFate(stores, sale, one, 'awaiting_payment')
    }
    running = false
  }
  const done = run()
  let audits = 0
  while (running) {
    expect((await auditSale(stores, sale, [20, 20, 20]))!.audit.problems).toEqual([])
    audits++
  }
  await done
  expect(audits).toBeGreaterThan(2)
  expect(await audit(sale)).toMatchObject({ ok: true, sold: stock, left: 0, inFlight: 0, waiting: 0 })
  await joinMore(stores, sale, stock + 1, stock + 1)
  expect(await audit(sale)).toMatchObject({ ok: true, tickets: stock })
})
