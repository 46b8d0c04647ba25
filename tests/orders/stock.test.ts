import { afterAll, beforeAll, expect, test } from 'vitest'
import { readArticle } from '../../contract/inventory/read-inventory.ts'
import { saleKeys } from '../../contract/keys.ts'
import { joinLine } from '../../contract/line/join.ts'
import { recordFates } from '../../contract/line/reserve.ts'
import { readSale } from '../../contract/sales.ts'
import { putStock } from '../../contract/stock/tell-stock.ts'
import { InputError } from '../../ops/actions/input-error.ts'
import { auditSale } from '../../ops/audit/audit-sale.ts'
import { receiveUnits } from '../../ops/inventory/receive-units.ts'
import { changeStock } from '../../ops/stock/change-stock.ts'
import { confirmStock, proposeStock } from '../../ops/stock/propose-stock.ts'
import { createReconciler } from '../../workers/reconcile/reconcile.ts'
import { type LentStores, lendStores } from '../lend-stores.ts'
import { openPayment, openShop, orderName, releaseAll, type Shop, sendWebhook, serve } from './shop.ts'

// Real servers on a machine that runs other tests beside these.
let stores: LentStores

beforeAll(async () => {
  stores = await lendStores({ connections: 8 })
})
afterAll(() => stores?.stop())

const buyerOf = (number: number): string => `buyer${number}`

async function join(shop: Shop, from: number, to: number): Promise<void> {
  const clicks = Array.from({ length: to - from + 1 }, (_, i) => ({ buyer: buyerOf(from + i), quantity: 1 }))
  await joinLine(stores.redis, shop.sale, clicks)
}

async function sell(shop: Shop): Promise<void> {
  for (const message of await releaseAll(shop)) await serve(shop, message)
}

async function pay(shop: Shop, number: number): Promise<void> {
  expect((await openPayment(shop, number, buyerOf(number))).status).toBe(201)
  expect(shop.provider.pay(orderName(shop, number))).toBe(true)
  expect((await sendWebhook(shop, number, `event-${orderName(shop, number)}`)).status).toBe(204)
}

const saleOf = async (shop: Shop) => (await readSale(stores.mysql, shop.sale))!
const cardOf = (shop: Shop) => stores.redis.hgetall(saleKeys(shop.sale).card)

async function setStock(shop: Shop, stock: number) {
  const { version } = await saleOf(shop)
  return changeStock(stores, { sale: shop.sale, stock, version }, { who: 'ann' })
}

const faultOf = (failure: Promise<unknown>): Promise<string | undefined> =>
  failure.then(
    () => undefined,
    (error) => (error instanceof InputError ? error.fields[0]!.message : Promise.reject(error)),
  )

async function expectRightBooks(shop: Shop): Promise<void> {
  expect((await auditSale(stores, shop.sale))!.audit.problems).toEqual([])
}

function reconcilerOf(shop: Shop) {
  const repairs: string[] = []
  const deps = {
    ...{ name: 'test', queueIsEmpty: async () => false },
    onRepair: (repair: string) => void repairs.push(repair),
  }
  return { repairs, reconciler: createReconciler(shop.backends, deps) }
}

test('more units go to whoever stands by, at once', async () => {
  const shop = await openShop(stores, { stock: 3, standby: 5 })
  await join(shop, 1, 8)
  await sell(shop)
  expect(await setStock(shop, 6)).toMatchObject({ before: 3, after: 6, told: true })
  await sell(shop)
  expect((await saleOf(shop)).sold).toBe(6)
  await expectRightBooks(shop)
})

test('units on top of a sale all paid open it again, and the last payment told late does not end it', async () => {
  const shop = await openShop(stores, { stock: 2, standby: 0 })
  await join(shop, 1, 2)
  await sell(shop)
  await pay(shop, 1)
  await pay(shop, 2)
  expect((await cardOf(shop)).ending).toBe('sold_out')
  await setStock(shop, 4)
  await recordFates(stores.redis, shop.sale, [], 2)
  expect(await cardOf(shop)).toMatchObject({ ending: '', left: '2', stock: '4' })
  await join(shop, 3, 4)
  await sell(shop)
  expect((await saleOf(shop)).sold).toBe(4)
  // And down to what is paid: nothing comes back any more.
  await expectRightBooks(shop)
})

test('taking away all that is not paid ends the line', async () => {
  const shop = await openShop(stores, { stock: 2, standby: 1 })
  await join(shop, 1, 1)
  await sell(shop)
  await pay(shop, 1)
  await setStock(shop, 1)
  expect((await cardOf(shop)).ending).toBe('sold_out')
  await expectRightBooks(shop)
})

test('never below what is sold, held or in flight, exactly', async () => {
  const shop = await openShop(stores, { stock: 10, standby: 0 })
  await join(shop, 1, 4)
  await sell(shop)
  await join(shop, 5, 7)
  const flying = await releaseAll(shop)
  expect(await faultOf(setStock(shop, 3))).toMatch(/^must be 4 or more/)
  expect(await faultOf(setStock(shop, 6))).toMatch(/^must be 7 or more/)
  expect(await saleOf(shop)).toMatchObject({ stock: 10, version: 2 })
  expect(await cardOf(shop)).toMatchObject({ stock: '10', left: '6' })
  const { version } = await saleOf(shop)
  const proposal = proposeStock(stores, { sale: shop.sale, stock: 6, version })
  expect(await faultOf(proposal)).toMatch(/^must be 7 or more/)
  await setStock(shop, 7)
  for (const message of flying) await serve(shop, message)
  expect(await saleOf(shop)).toMatchObject({ stock: 7, sold: 7, version: 3 })
  await expectRightBooks(shop)
})

test('what makes no sense is refused by field, and a sale that is over stays as it is', async () => {
  const shop = await openShop(stores, { stock: 5 })
  expect(await faultOf(setStock(shop, 5))).toBe('is 5 already')
  expect(await faultOf(setStock(shop, 0))).toMatch(/^must be a whole number/)
  expect(await faultOf(setStock(shop, 1.5))).toMatch(/^must be a whole number/)
  await stores.mysql.query("UPDATE sales SET phase = 'closed' WHERE id = ?", [shop.sale])
  await expect(setStock(shop, 9)).rejects.toMatchObject({ code: 'conflict' })
})

test('told again after a lost reply, nothing moves twice', async () => {
  const shop = await openShop(stores, { stock: 5 })
  await setStock(shop, 8)
  const sale = await saleOf(shop)
  await putStock(stores.redis, sale)
  await putStock(stores.redis, sale, 'guarded')
  expect(await cardOf(shop)).toMatchObject({ stock: '8', left: '8' })
})

test('whoever dies between MySQL and Redis: reconciliation tells it in one round, in both directions', async () => {
  const shop = await openShop(stores, { stock: 5 })
  const { repairs, reconciler } = reconcilerOf(shop)
  await stores.mysql.query('UPDATE sales SET stock = 9 WHERE id = ?', [shop.sale])
  await reconciler.round()
  expect(await cardOf(shop)).toMatchObject({ stock: '9', left: '9' })
  // Units given up by Redis for a change that MySQL never committed.
  await putStock(stores.redis, { ...(await saleOf(shop)), stock: 4 }, 'guarded')
  expect(await cardOf(shop)).toMatchObject({ stock: '4', left: '4' })
  await reconciler.round()
  expect(await cardOf(shop)).toMatchObject({ stock: '9', left: '9' })
  expect(repairs.filter((repair) => repair === 'stock_told')).toHaveLength(2)
  await expectRightBooks(shop)
})

test('a Redis that forgot the sale, or holds another life of it, does not keep units', async () => {
  const shop = await openShop(stores, { stock: 5, standby: 0 })
  await join(shop, 1, 2)
  await sell(shop)
  await stores.redis.del(saleKeys(shop.sale).card)
  expect(await setStock(shop, 3)).toMatchObject({ after: 3, told: true })
  expect(await cardOf(shop)).toMatchObject({ stock: '3', left: '1' })
  await stores.mysql.query('UPDATE sales SET epoch = epoch + 1 WHERE id = ?', [shop.sale])
  expect(await setStock(shop, 2)).toMatchObject({ after: 2, told: true })
  expect(await cardOf(shop)).toMatchObject({ stock: '2', left: '0' })
  await expectRightBooks(shop)
})

test('two operators: the second is told who changed what; a proposal is good once, for its own sale', async () => {
  const shop = await openShop(stores, { stock: 5 })
  const other = await openShop(stores, { stock: 5 })
  const { version } = await saleOf(shop)
  const propose = (stock: number) => proposeStock(stores, { sale: shop.sale, stock, version })
  const [first, second] = [await propose(7), await propose(8)]
  expect(first).toMatchObject({ before: 5, after: 7, sold: 0, inFlight: 0, lowest: 0, inventory: null })
  const wrongSale = confirmStock(stores, other.sale, second.change)
  await expect(wrongSale).rejects.toMatchObject({ code: 'conflict' })
  const third = await propose(9)
  await confirmStock(stores, shop.sale, first.change, { who: 'ann' })
  await expect(confirmStock(stores, shop.sale, first.change)).rejects.toThrow(/confirmed already/)
  await expect(confirmStock(stores, shop.sale, third.change)).rejects.toThrow(
    /ann changed sale \d+ \(sale.stock: stock 5 -> stock 7/,
  )
  await expect(propose(8)).rejects.toMatchObject({ code: 'conflict' })
  expect((await saleOf(shop)).stock).toBe(7)
})

test('the inventory moves with it, and is not overdrawn', async () => {
  const sku = `lamp-${process.pid}`
  await receiveUnits(stores.mysql, { sku, title: 'Lamp', units: 10 })
  const shop = await openShop(stores, { stock: 6, sku })
  expect(await faultOf(setStock(shop, 11))).toMatch(/^must be 10 or less/)
  expect(await readArticle(stores.mysql, sku)).toMatchObject({ onHand: 4, inSales: 6 })
  await setStock(shop, 9)
  expect(await readArticle(stores.mysql, sku)).toMatchObject({ onHand: 1, inSales: 9 })
  await setStock(shop, 2)
  expect(await readArticle(stores.mysql, sku)).toMatchObject({ onHand: 8, inSales: 2, received: 10 })
  await expectRightBooks(shop)
})

test('up and down while a crowd buys: never oversold, nothing left over, the books right', async () => {
  const shop = await openShop(stores, { stock: 40, standby: 1_000 })
  await join(shop, 1, 300)
  let selling = true
  const crowd = Array.from({ length: 3 }, async () => {
    while (selling) await sell(shop)
  })
  let changed = 0
  for (let turn = 0; turn < 30; turn++) {
    // More on the whole, with steps down as far as the crowd allows.
    const wanted = (await saleOf(shop)).stock + (turn % 3 === 2 ? -4 : 5)
    const fault = await faultOf(setStock(shop, wanted))
    if (fault === undefined) changed++
    else expect(fault).toMatch(/or more/)
  }
  const taken = await faultOf(setStock(shop, (await saleOf(shop)).stock + 3))
  expect(taken).toBeUndefined()
  selling = false
  await Promise.all(crowd)
  await sell(shop)
  const { stock, sold } = await saleOf(shop)
  expect(changed).toBeGreaterThanOrEqual(20)
  expect(sold).toBe(stock)
  expect(await cardOf(shop)).toMatchObject({ stock: String(stock), left: '0', flying: '0' })
  const [orders] = await stores.mysql.query('SELECT COUNT(*) AS n FROM orders WHERE sale_id = ?', [shop.sale])
  expect(orders).toEqual([{ n: stock }])
  const [refused] = await stores.mysql.query('SELECT COUNT(*) AS n FROM refusals WHERE sale_id = ?', [
    shop.sale,
  ])
  // Nobody who was released was refused for a change of stock.
  expect(refused).toEqual([{ n: 0 }])
  await expectRightBooks(shop)
})
