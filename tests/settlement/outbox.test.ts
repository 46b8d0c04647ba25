import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ShopMessage } from '../../contract/shop-message.ts'
import type { Outbox } from '../../workers/outbox.ts'
import { sendOutbox } from '../../workers/shop/send-outbox.ts'
import { type LentStores, lendStores } from '../lend-stores.ts'
import { settle, sold } from './settled-shop.ts'

let stores: LentStores
beforeAll(async () => {
  stores = await lendStores({ connections: 8 })
}, 60_000)
afterAll(() => stores?.stop())

test('what a worker that stands still has in hand holds up nobody: the others tell the shop of the rest', async () => {
  const shop = await sold(stores, { stock: 4, buyers: ['ann', 'bob', 'cid'], paid: 3 })
  await settle(shop)
  const told: ShopMessage[] = []
  const outbox = { tellShop: async (message: ShopMessage) => void told.push(message) } as unknown as Outbox
  const frozen = await stores.mysql.getConnection()
  try {
    await frozen.query('START TRANSACTION')
    await frozen.query('SELECT number FROM outbox WHERE sale_id = ? AND number = 1 FOR UPDATE', [shop.sale])
    expect(await sendOutbox(shop.backends, 'worker-2', outbox)).toBe(2)
    expect(told.map(({ number }) => number)).toEqual([2, 3])
  } finally {
    await frozen.query('ROLLBACK')
    frozen.release()
  }
  expect(await sendOutbox(shop.backends, 'worker-2', outbox)).toBe(1)
  expect(await sendOutbox(shop.backends, 'worker-2', outbox)).toBe(0)
  expect(told.map(({ number }) => number)).toEqual([2, 3, 1])
})
