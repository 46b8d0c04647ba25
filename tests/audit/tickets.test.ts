import { afterAll, beforeAll, expect, test } from 'vitest'
import { saleKeys } from '../../contract/keys.ts'
import { preloadSale } from '../../contract/preload.ts'
import { auditSale } from '../../ops/audit/audit-sale.ts'
import { type LentStores, lendStores } from '../lend-stores.ts'
import {
  buyerOf,
  joinMore,
  openSale,
  release,
  reserve,
  tellFate,
  writeGoodBooks,
  writeOrder,
  writeRefusal,
} from './books.ts'
import { auditOf, expectProblems, type Fault } from './expect-problems.ts'

// Real servers on a machine that runs other tests beside these.
let stores: LentStores
beforeAll(async () => {
  stores = await lendStores({ connections: 4 })
})
afterAll(() => stores?.stop())

const audit = (sale: number) => auditOf(stores, sale)
const sql = (text: string, ...values: unknown[]) => stores.mysql.query(text, values)

/** One fault a case: what is broken, and every sentence that must then be told (`#` stands for `ticket SALE-`). */
const FAULTS: Fault[] = [
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
]

test.each(FAULTS)('%s', (_, breakIt, problems) => expectProblems(stores, breakIt, problems))

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

test('a thousand missing tickets are told as a hundred and a count', async () => {
  const sale = await openSale(stores, 1000, 0)
  await stores.redis.del(saleKeys(sale).line)
  const { problems } = await audit(sale)
  expect(problems).toHaveLength(101)
  expect(problems.at(-1)).toBe('and 901 more problems')
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
