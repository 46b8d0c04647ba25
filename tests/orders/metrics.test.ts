import { Registry } from 'prom-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { saleKeys } from '../../contract/keys.ts'
import { readSale } from '../../contract/sales.ts'
import type { Sale } from '../../contract/words.ts'
import { addSaleMetrics } from '../../gateway/metrics/sale-metrics.ts'
import { watchStores } from '../../gateway/metrics/watch-stores.ts'
import { askProvider } from '../../workers/payments/ask-provider.ts'
import { watchUnsettled } from '../../workers/payments/watch-unsettled.ts'
import { type LentStores, lendStores } from '../lend-stores.ts'
import { join, makeOrders, stateOf } from './make-orders.ts'
import { cancelOrder, openPayment, orderName, sendWebhook } from './shop.ts'

/** What the metrics of alerts tell, against real stores in the state that they are about. */

let stores: LentStores
beforeAll(async () => {
  stores = await lendStores({ connections: 4 })
})
afterAll(() => stores?.stop())

const read = async (metrics: Registry): Promise<Record<string, number>> =>
  Object.fromEntries(
    (await metrics.metrics())
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  )

test('the books of a sale: stock, sold and paid as MySQL has them, left, line and flight as Redis has them', async () => {
  const shop = await makeOrders(stores, 3, ['ann', 'bob'], {
    standby: 5,
    release: { batch: 10, everyMs: 200 },
  })
  await join(shop, 'cid', 'dan')
  const metrics = new Registry()
  let sales: Sale[] = [(await readSale(stores.mysql, shop.sale))!]
  addSaleMetrics(metrics, stores.redis, () => sales)
  const of = (name: string) => `sluice_sale_${name}{sale="${shop.sale}"}`
  expect(await read(metrics)).toMatchObject({
    ...{ [of('stock_units')]: 3, [of('sold_units')]: 2, [of('paid_units')]: 0 },
    ...{ [of('left_units')]: 1, [of('waiting_tickets')]: 2, [of('flying_units')]: 0 },
    ...{ [of('set_per_second')]: 50, [of('open')]: 1 },
  })
  sales = [{ ...sales[0]!, phase: 'paused' }]
  expect((await read(metrics))[of('open')]).toBe(0)
  // A Redis that has lost the sale says nothing of it: 0 left would be a lie.
  await stores.redis.del(saleKeys(shop.sale).card)
  const lost = await read(metrics)
  expect([of('left_units') in lost, lost[of('stock_units')]]).toEqual([false, 3])
  sales = []
  expect(await read(metrics)).toEqual({})
})

test('a refund that waits: how many, since when, and how often the provider was asked', async () => {
  const metrics = new Registry()
  const count = watchUnsettled(metrics, stores.mysql)
  await count()
  expect(await read(metrics)).toMatchObject({
    'sluice_payments_to_ask{state="refunding"}': 0,
    sluice_refund_oldest_seconds: 0,
    sluice_payment_asked_most: 0,
  })
  const shop = await makeOrders(stores, 5, ['ann', 'bob'])
  await openPayment(shop, 1, 'ann')
  await cancelOrder(shop, 1, 'ann')
  // Bob has time to pay: nobody is asked about his payment.
  await openPayment(shop, 2, 'bob')
  shop.provider.pay(orderName(shop, 1), 'captured')
  await sendWebhook(shop, 1, `late-${shop.sale}`)
  await stores.mysql.query(
    'UPDATE payments SET updated_at = updated_at - INTERVAL 1 HOUR WHERE sale_id = ?',
    [shop.sale],
  )
  shop.provider.mood = 'silent'
  await askProvider(shop.backends, shop.provider)
  await count()
  const waiting = await read(metrics)
  expect(waiting).toMatchObject({
    'sluice_payments_to_ask{state="refunding"}': 1,
    'sluice_payments_to_ask{state="open"}': 0,
    sluice_payment_asked_most: 1,
  })
  expect(waiting.sluice_refund_oldest_seconds).toBeGreaterThan(3_590)
  expect(waiting.sluice_refund_oldest_seconds).toBeLessThan(3_900)

  shop.provider.mood = 'right'
  await stores.mysql.query('UPDATE payments SET ask_at = created_at WHERE ask_at IS NOT NULL')
  await askProvider(shop.backends, shop.provider)
  expect(await stateOf(shop, 1)).toBe('refunded')
  await count()
  expect(await read(metrics)).toMatchObject({
    'sluice_payments_to_ask{state="refunding"}': 0,
    sluice_refund_oldest_seconds: 0,
  })
})

test('how full Redis and MySQL are, as they say themselves', async () => {
  await stores.redis.config('SET', 'maxmemory', '512mb')
  const metrics = new Registry()
  const stop = watchStores({ metrics, ...stores, rabbitmqReady: () => false })
  await expect
    .poll(() => read(metrics))
    .toMatchObject({
      'sluice_backend_up{backend="redis"}': 1,
      'sluice_backend_up{backend="mysql"}': 1,
      'sluice_backend_up{backend="rabbitmq"}': 0,
      sluice_redis_memory_limit_bytes: 512 * 2 ** 20,
    })
  const told = await read(metrics)
  stop()
  expect(told.sluice_redis_memory_bytes).toBeGreaterThan(100_000)
  expect(told.sluice_mysql_connections).toBeGreaterThan(0)
  expect(told.sluice_mysql_connections_limit).toBeGreaterThan(told.sluice_mysql_connections!)
})
