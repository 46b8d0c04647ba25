import { afterAll, beforeAll, expect, test } from 'vitest'
import { lockOrder, moveOrder } from '../../contract/orders/move-order.ts'
import { claimUnits, restoreUnits } from '../../contract/orders/units.ts'
import { transaction } from '../../platform/mysql.ts'
import { type LentStores, lendStores } from '../lend-stores.ts'
import { makeOrders } from './make-orders.ts'
import { readBooks } from './read-books.ts'

/** Each guard of an order's row, by the one case that it stands for: without it, its test here is red. */

let stores: LentStores

beforeAll(async () => {
  stores = await lendStores({ connections: 8 })
})
afterAll(() => stores?.stop())

const DUPLICATE_KEY = { errno: 1062 }

test('units are given back once: the second time undoes everything', async () => {
  const shop = await makeOrders(stores, 2, ['ann', 'bob'])
  const twice = transaction(stores.mysql, async (db) => {
    const order = (await lockOrder(db, { sale: shop.sale, number: 1 }))!
    await restoreUnits(db, order, 'expired')
    await restoreUnits(db, order, 'expired')
  })
  await expect(twice).rejects.toMatchObject(DUPLICATE_KEY)
  expect((await readBooks(shop)).sale.sold).toBe(2)
})

test('an order is moved by whoever read it last, and along an edge only', async () => {
  const shop = await makeOrders(stores, 1, ['ann'])
  const { mysql } = stores
  const read = (await lockOrder(mysql, { sale: shop.sale, number: 1 }))!
  const paid = await moveOrder(mysql, read, 'paid')
  expect(paid).toMatchObject({ state: 'paid', version: 2 })
  expect(await moveOrder(mysql, read, 'cancelled')).toBeUndefined()
  expect(await moveOrder(mysql, { ...paid!, version: 1 }, 'refunding').catch(String)).toMatch(
    'no way from paid',
  )
  await mysql.query("UPDATE orders SET state = 'expiring' WHERE sale_id = ?", [shop.sale])
  const old = { ...read, state: 'expiring' as const }
  expect(await moveOrder(mysql, old, 'expired'), 'an older version').toBeUndefined()
  expect(await moveOrder(mysql, { ...read, version: 2 }, 'cancelled'), 'another state').toBeUndefined()
})

test('no more units are claimed than there are', async () => {
  const shop = await makeOrders(stores, 3, ['ann', 'bob'])
  expect(await claimUnits(stores.mysql, shop.sale, 2)).toBe(false)
  expect(await claimUnits(stores.mysql, shop.sale, 1)).toBe(true)
  expect(await claimUnits(stores.mysql, shop.sale, 1)).toBe(false)
})

test('the table itself refuses more sold than the stock, and more paid than sold', async () => {
  const shop = await makeOrders(stores, 2, ['ann'])
  for (const set of ['sold = stock + 1', 'paid = sold + 1']) {
    const update = stores.mysql.query(`UPDATE sales SET ${set} WHERE id = ?`, [shop.sale])
    await expect(update, set).rejects.toThrow(/constraint/i)
  }
})

test('a buyer has one live order, whatever the code does', async () => {
  const shop = await makeOrders(stores, 3, ['ann', 'bob'])
  const sql = "UPDATE orders SET buyer = 'ann' WHERE sale_id = ? AND number = 2"
  await expect(stores.mysql.query(sql, [shop.sale])).rejects.toMatchObject(DUPLICATE_KEY)
})
