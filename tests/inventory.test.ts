import { afterAll, beforeAll, expect, test } from 'vitest'
import { moveUnits } from '../contract/inventory/move-units.ts'
import { listInventory, readArticle } from '../contract/inventory/read-inventory.ts'
import { InputError } from '../ops/actions/input-error.ts'
import { auditSale } from '../ops/audit/audit-sale.ts'
import { receiveUnits } from '../ops/inventory/receive-units.ts'
import { createSale } from '../ops/sales/create-sale.ts'
import { select, transaction } from '../platform/mysql.ts'
import { type LentStores, lendStores } from './lend-stores.ts'

// Real servers on a machine that runs other tests beside these.
let stores: LentStores
beforeAll(async () => {
  stores = await lendStores({ connections: 12 })
})
afterAll(() => stores?.stop())

const draft = (sku: string, stock: number) =>
  createSale(stores, { title: 'Lamp', stock, priceCents: 990, sku }, { draft: true })
const receive = (sku: string, units: number, title?: string) =>
  receiveUnits(stores.mysql, { sku, units, title })
const faultsOf = (failure: Promise<unknown>) =>
  failure.then(
    () => [],
    (error: InputError) => (error instanceof InputError ? error.fields : Promise.reject(error)),
  )

/** on_hand is the sum of the moves, and what came in is there or in a sale. */
async function balances(sku: string): Promise<{ onHand: number; inSales: number; received: number }> {
  const article = (await readArticle(stores.mysql, sku))!
  const [sum] = await select<{ units: string }>(
    stores.mysql,
    'SELECT SUM(units) AS units FROM inventory_moves WHERE sku = ?',
    [sku],
  )
  expect(Number(sum!.units)).toBe(article.onHand)
  expect(article.onHand + article.inSales).toBe(article.received)
  const { onHand, inSales, received } = article
  return { onHand, inSales, received }
}

test('units that came in are on hand; a new article needs a title, an old one keeps its own', async () => {
  expect(await faultsOf(receive('a-1', 5))).toEqual([
    { field: 'title', message: 'is needed: a-1 is not in the inventory yet' },
  ])
  expect(await receive('a-1', 5, 'Lamp <b>')).toMatchObject({ onHand: 5, title: 'Lamp <b>' })
  expect(await receive('a-1', 7)).toMatchObject({ onHand: 12, title: 'Lamp <b>', received: 12, inSales: 0 })
  expect((await listInventory(stores.mysql)).map(({ sku }) => sku)).toContain('a-1')
  expect(await faultsOf(receive('no spaces', 5, 'x'))).toMatchObject([{ field: 'sku' }])
  expect(await faultsOf(receive('a-1', 0))).toMatchObject([{ field: 'units' }])
})

test('a sale takes its stock out of the inventory, with one row that says so', async () => {
  await receive('b-1', 100, 'Lamp')
  const { id } = await draft('b-1', 60)
  expect(await balances('b-1')).toEqual({ onHand: 40, inSales: 60, received: 100 })
  expect(
    await select(stores.mysql, 'SELECT units, reason FROM inventory_moves WHERE sale_id = ?', [id]),
  ).toEqual([{ units: -60, reason: 'registered' }])
  expect((await auditSale(stores, id, [5]))!.audit).toMatchObject({ ok: true, problems: [] })
})

test('more than the shop has is refused by field, and nothing is half done', async () => {
  await receive('c-1', 10, 'Lamp')
  const before = await select<{ n: number }>(stores.mysql, 'SELECT COUNT(*) AS n FROM sales')
  expect(await faultsOf(draft('c-1', 11))).toEqual([
    { field: 'stock', message: 'is more than the shop has: 10 of c-1 are on hand, 11 are wanted' },
  ])
  expect(await faultsOf(draft('c-unknown', 1))).toMatchObject([{ field: 'sku' }])
  expect(await select(stores.mysql, 'SELECT COUNT(*) AS n FROM sales')).toEqual(before)
  expect(await balances('c-1')).toEqual({ onHand: 10, inSales: 0, received: 10 })
})

test('sales registered at once never take more than there is', async () => {
  await receive('d-1', 100, 'Lamp')
  const tries = await Promise.allSettled(Array.from({ length: 12 }, () => draft('d-1', 30)))
  expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(3)
  for (const one of tries) if (one.status === 'rejected') expect(one.reason).toBeInstanceOf(InputError)
  expect(await balances('d-1')).toEqual({ onHand: 10, inSales: 90, received: 100 })
})

test('a sale is registered once, and the schema itself refuses less than nothing', async () => {
  await receive('e-1', 50, 'Lamp')
  const { id } = await draft('e-1', 20)
  const again = transaction(stores.mysql, (db) =>
    moveUnits(db, { sku: 'e-1', sale: id, units: -5, reason: 'registered' }),
  )
  await expect(again).rejects.toMatchObject({ errno: 1062 })
  expect(await balances('e-1')).toEqual({ onHand: 30, inSales: 20, received: 50 })
  const below = stores.mysql.query("UPDATE shop_inventory SET on_hand = on_hand - 31 WHERE sku = 'e-1'")
  await expect(below).rejects.toThrow(/nothing_lent/)
})

test('the audit finds a stock that the moves do not explain', async () => {
  await receive('f-1', 50, 'Lamp')
  const { id } = await draft('f-1', 20)
  await stores.mysql.query('UPDATE sales SET stock = 25 WHERE id = ?', [id])
  expect((await auditSale(stores, id, [5]))!.audit.problems).toEqual([
    'the sale of f-1 has 25 units, but its moves of the inventory come to 20',
  ])
  const without = await createSale(stores, { title: 'x', stock: 5, priceCents: 1 }, { draft: true })
  expect((await auditSale(stores, without.id, [5]))!.audit.ok).toBe(true)
})
