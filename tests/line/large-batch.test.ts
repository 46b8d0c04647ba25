import { afterAll, beforeAll, expect, test } from 'vitest'
import { createSale } from '../../ops/sales/create-sale.ts'
import { publishSale } from '../../ops/sales/publish-sale.ts'
import { clickAll } from '../crowd.ts'
import { eventually } from '../door/call.ts'
import { openShop, type Shop } from '../lend-stack.ts'
import { borrowStack } from './borrow-stack.ts'

let shop: Shop
beforeAll(async () => {
  shop = await openShop(borrowStack())
})
afterAll(() => shop?.close())

test('a batch of hundreds of tickets with long numbers is published whole', async () => {
  const { mysql, redis } = shop
  const input = { title: 'Large batch', stock: 300, priceCents: 100, standby: 0 }
  // A first batch is due only after all have come, so that it is as large as it can be.
  const release = { batch: 300, everyMs: 1_000 }
  const { id } = await createSale({ mysql, redis }, { ...input, release }, { draft: true })
  await mysql.query('UPDATE sales SET numbers_leased = 8000000000000 WHERE id = ?', [id])
  await publishSale({ mysql, redis }, id)

  const told = await clickAll(shop.at, { sale: id, buyers: 300, prefix: 'large-batch-' })
  expect(told.map(({ status }) => status)).toEqual(Array(300).fill(202))
  await eventually(async () => (await shop.orders(id)).length === 300)
  expect((await shop.audit(id)).audit).toMatchObject({ ok: true, sold: 300, inFlight: 0 })
})
