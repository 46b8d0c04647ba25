import { afterAll, beforeAll, expect, test } from 'vitest'
import { saleKeys } from '../../contract/keys.ts'
import { readSale } from '../../contract/sales.ts'
import { select } from '../../platform/mysql.ts'
import { closeEnded } from '../../workers/close-ended.ts'
import { type LentStores, lendStores } from '../lend-stores.ts'
import { join, makeOrders, sell, stateOf } from './make-orders.ts'
import type { Shop } from './shop.ts'

/** What a worker does with a sale whose time is over. */

// Real stores on a machine that runs other tests beside these.
let stores: LentStores
beforeAll(async () => {
  stores = await lendStores({ connections: 8 })
})
afterAll(() => stores?.stop())

const phaseOf = async ({ sale }: Shop) => (await readSale(stores.mysql, sale))!.phase

/** Its closing time comes, to everybody. */
async function end({ sale }: Shop): Promise<void> {
  const closes = Date.now() - 1_000
  await stores.mysql.query('UPDATE sales SET opens_at = ?, closes_at = ? WHERE id = ?', [
    ...[new Date(closes - 60_000), new Date(closes), sale],
  ])
  await stores.redis.hset(saleKeys(sale).card, 'closes', closes)
}

const close = (shop: Shop, name = 'worker-1') => closeEnded(shop.backends, name)
const closings = async ({ sale }: Shop) =>
  (
    await select<{ who: string }>(
      stores.mysql,
      "SELECT who FROM events WHERE sale_id = ? AND kind = 'closing'",
      [sale],
    )
  ).map(({ who }) => who)

test('it is closed once, whoever of several workers does it, and Redis is told', async () => {
  const shop = await makeOrders(stores, 2, ['ann'])
  await close(shop)
  expect(await phaseOf(shop)).toBe('published')
  await end(shop)
  await Promise.all(['worker-1', 'worker-2', 'worker-3'].map((name) => close(shop, name)))
  await close(shop)
  expect(await phaseOf(shop)).toBe('closed')
  expect(await closings(shop)).toHaveLength(1)
  expect(await stores.redis.hget(saleKeys(shop.sale).card, 'phase')).toBe('closed')
  // The order that awaits its payment keeps its time to pay.
  expect(await stateOf(shop, 1)).toBe('awaiting_payment')
})

test('not before everybody in its line has the answer', async () => {
  const shop = await makeOrders(stores, 1, ['ann'])
  await join(shop, 'bob')
  await end(shop)
  await close(shop)
  expect(await phaseOf(shop)).toBe('published')
  await sell(shop)
  await close(shop)
  expect(await phaseOf(shop)).toBe('closed')
})

test('a paused sale ends as well; one that Redis has lost, when it is loaded again', async () => {
  const shop = await makeOrders(stores, 2, ['ann'])
  await stores.mysql.query("UPDATE sales SET phase = 'paused' WHERE id = ?", [shop.sale])
  await end(shop)
  const card = await stores.redis.hgetall(saleKeys(shop.sale).card)
  await stores.redis.del(saleKeys(shop.sale).card)
  await close(shop)
  expect(await phaseOf(shop)).toBe('paused')
  await stores.redis.hset(saleKeys(shop.sale).card, card)
  await close(shop)
  expect(await phaseOf(shop)).toBe('closed')
})

test('whoever is killed between the commit and telling Redis leaves nothing that is wrong', async () => {
  const shop = await makeOrders(stores, 2, ['ann'])
  await end(shop)
  const redis = new Proxy(stores.redis, {
    get(target, name) {
      // Telling begins with the script; from there on this worker is dead.
      if (name === 'publish') throw new Error('killed')
      const value = Reflect.get(target, name)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
  await expect(closeEnded({ ...shop.backends, redis }, 'worker-1')).rejects.toThrow('killed')
  await close(shop, 'worker-2')
  expect(await phaseOf(shop)).toBe('closed')
  expect(await closings(shop)).toEqual(['worker-1'])
  expect(await join(shop, 'late')).toMatchObject([{ number: 0 }])
})
