import { afterAll, beforeAll, expect, test } from 'vitest'
import { saleKeys } from '../../contract/keys.ts'
import { auditSale } from '../../ops/audit/audit-sale.ts'
import { stepPhase } from '../../ops/sales/change-phase.ts'
import { select } from '../../platform/mysql.ts'
import { connectRedis } from '../../platform/redis.ts'
import { type LentStores, lendStores } from '../lend-stores.ts'
import { writeGoodBooks } from './books.ts'
import { auditOf, expectProblems, type Fault } from './expect-problems.ts'

// Real servers on a machine that runs other tests beside these.
let stores: LentStores
beforeAll(async () => {
  stores = await lendStores({ connections: 4 })
})
afterAll(() => stores?.stop())

const audit = (sale: number, on: Pick<LentStores, 'mysql' | 'redis'> = stores) => auditOf(on, sale)

/** One fault a case: what is broken, and every sentence that must then be told (`#` stands for `ticket SALE-`). */
const FAULTS: Fault[] = [
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

test.each(FAULTS)('%s', (_, breakIt, problems) => expectProblems(stores, breakIt, problems))

test('an unknown sale', async () => {
  expect(await auditSale(stores, 99_999)).toBeUndefined()
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
