import { afterAll, beforeAll, expect, test } from 'vitest'
import { valuesOf } from '../contract/switches.ts'
import { createSaleCache } from '../gateway/sale-cache.ts'
import { createSale } from '../ops/sales/create-sale.ts'
import { createLog } from '../platform/log.ts'
import { connectSubscriber, type Redis } from '../platform/redis.ts'
import { type LentStores, lendStores } from './lend-stores.ts'

let stores: LentStores
let subscriber: Redis
beforeAll(async () => {
  stores = await lendStores({ connections: 2 })
  const { host, port } = stores.redis.options
  subscriber = connectSubscriber(`redis://${host}:${port}/0`, 'test')
  await subscriber.connect()
})
afterAll(async () => {
  subscriber?.disconnect()
  await stores?.stop()
})

const sell = async (challenge: 'none' | 'quiz') =>
  (
    await createSale(
      { mysql: stores.mysql, redis: stores.redis, www: undefined },
      { title: 'an umbrella', stock: 1, priceCents: 1, opensAt: Date.now(), challenge },
    )
  ).id

test('a hot sale is read ahead of time: whoever asks then waits for no MySQL', async () => {
  const id = await sell('none')
  const reads: number[] = []
  const mysql = new Proxy(stores.mysql, {
    get(target, name) {
      if (name === 'query') reads.push(Date.now())
      return Reflect.get(target, name).bind?.(target) ?? Reflect.get(target, name)
    },
  })
  const sales = createSaleCache(mysql, subscriber, createLog('test', 'silent'))
  sales.warm([id])
  await expect.poll(() => reads.length).toBe(1)
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect((await sales.get(id))?.id).toBe(id)
  sales.warm([id])
  expect(reads).toHaveLength(1)
})

test('with challenges switched off a sale has none', async () => {
  const id = await sell('quiz')
  let on = true
  const switches = {
    of: () => ({ ...valuesOf({ version: 0, all: {}, sales: {} }, 0), challenge: on }),
  }
  const sales = createSaleCache(stores.mysql, subscriber, createLog('test', 'silent'), switches)
  await sales.refresh()
  const challenges = async () => [
    (await sales.get(id))?.challenge,
    sales.live().find((sale) => sale.id === id)?.challenge,
  ]
  expect(await challenges()).toEqual(['quiz', 'quiz'])
  on = false
  expect(await challenges()).toEqual(['none', 'none'])
})
