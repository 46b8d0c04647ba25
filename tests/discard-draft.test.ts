import { afterAll, beforeAll, expect, test } from 'vitest'
import { readArticle } from '../contract/inventory/read-inventory.ts'
import { listSales, readSale } from '../contract/sales.ts'
import { auditSale } from '../ops/audit/audit-sale.ts'
import { receiveUnits } from '../ops/inventory/receive-units.ts'
import { createSale } from '../ops/sales/create-sale.ts'
import { discardDraft } from '../ops/sales/discard-draft.ts'
import { publishSale } from '../ops/sales/publish-sale.ts'
import { settleSale } from '../ops/settlement/settle-sale.ts'
import { changeStock } from '../ops/stock/change-stock.ts'
import { type Pool, select } from '../platform/mysql.ts'
import { type LentStores, lendStores } from './lend-stores.ts'

// Real stores on a machine that runs other tests beside these.
const ANNA = { who: 'anna' }
const BERT = { who: 'bert' }

let stores: LentStores
beforeAll(async () => {
  stores = await lendStores({ connections: 12 })
})
afterAll(() => stores?.stop())

let articles = 0
async function draft(stock = 6): Promise<{ id: number; sku: string }> {
  const sku = `lamp-${++articles}`
  await receiveUnits(stores.mysql, { sku, title: 'Lamp', units: 10 })
  const { id } = await createSale(stores, { title: 'Lamp', stock, priceCents: 990, sku }, { draft: true })
  return { id, sku }
}

async function books({ id, sku }: { id: number; sku: string }) {
  const moves = await select<{ units: number; reason: string }>(
    stores.mysql,
    'SELECT units, reason FROM inventory_moves WHERE sale_id = ? ORDER BY id',
    [id],
  )
  const actions = await select<{ who: string }>(
    stores.mysql,
    "SELECT who FROM actions WHERE sale_id = ? AND action = 'sale.discard'",
    [id],
  )
  return {
    phase: (await readSale(stores.mysql, id))!.phase,
    onHand: (await readArticle(stores.mysql, sku))!.onHand,
    moves: moves.map(({ reason, units }) => `${reason} ${units}`),
    by: actions.map(({ who }) => who),
    problems: (await auditSale(stores, id, []))!.audit.problems,
  }
}

const gone = {
  ...{ phase: 'discarded', onHand: 10, moves: ['registered -6', 'discarded 6'] },
  ...{ by: ['anna'], problems: [] },
}

test('its units go back to the shop, also those that it got later, and it is in no list any more', async () => {
  const sale = await draft()
  await discardDraft(stores.mysql, sale.id, ANNA)
  expect(await books(sale)).toEqual(gone)
  expect((await listSales(stores.mysql)).map(({ id }) => id)).not.toContain(sale.id)

  const raised = await draft()
  await changeStock(stores, { sale: raised.id, stock: 9, version: 1 }, ANNA)
  await discardDraft(stores.mysql, raised.id, ANNA)
  expect(await books(raised)).toMatchObject({
    onHand: 10,
    moves: ['registered -6', 'raised -3', 'discarded 9'],
    problems: [],
  })
})

test('a second click changes nothing; of many at once one gives the units back', async () => {
  const sale = await draft()
  await discardDraft(stores.mysql, sale.id, ANNA)
  expect(await discardDraft(stores.mysql, sale.id, BERT)).toMatchObject({ phase: 'discarded' })
  expect(await books(sale)).toEqual(gone)

  const many = await draft()
  await Promise.all(Array.from({ length: 8 }, () => discardDraft(stores.mysql, many.id, ANNA)))
  expect(await books(many)).toEqual(gone)
})

test('of two operators who saw the same draft the second is told who was faster', async () => {
  const sale = await draft()
  const { version } = (await readSale(stores.mysql, sale.id))!
  await discardDraft(stores.mysql, sale.id, ANNA, version)
  await expect(discardDraft(stores.mysql, sale.id, BERT, version)).rejects.toMatchObject({
    code: 'conflict',
    detail: expect.stringMatching(/^anna changed sale \d+ \(sale\.discard: phase draft -> phase discarded/),
  })
  expect(await books(sale)).toEqual(gone)
})

test('killed before the commit, nothing has happened; the next one does it', async () => {
  const sale = await draft()
  await expect(discardDraft(dyingAt('COMMIT'), sale.id, ANNA)).rejects.toThrow('killed')
  expect(await books(sale)).toEqual({
    ...{ phase: 'draft', onHand: 4, moves: ['registered -6'], by: [], problems: [] },
  })
  await discardDraft(stores.mysql, sale.id, ANNA)
  expect(await books(sale)).toEqual(gone)
})

test('the schema itself refuses to give the units back twice', async () => {
  const sale = await draft()
  await discardDraft(stores.mysql, sale.id, ANNA)
  await stores.mysql.query("UPDATE sales SET phase = 'draft' WHERE id = ?", [sale.id])
  await expect(discardDraft(stores.mysql, sale.id, ANNA)).rejects.toMatchObject({ errno: 1062 })
  expect((await readArticle(stores.mysql, sale.sku))!.onHand).toBe(10)
})

test('publishing and discarding at once: one of them is refused, and the books know which', async () => {
  for (let round = 0; round < 5; round++) {
    const sale = await draft()
    const [published, discarded] = await Promise.allSettled([
      publishSale(stores, sale.id, BERT),
      discardDraft(stores.mysql, sale.id, ANNA),
    ])
    expect([published.status, discarded.status].sort()).toEqual(['fulfilled', 'rejected'])
    const wins = published.status === 'fulfilled'
    expect(await books(sale)).toMatchObject({
      phase: wins ? 'published' : 'discarded',
      onHand: wins ? 4 : 10,
      problems: [],
    })
  }
})

test('what is no draft is not discarded, and what is discarded is nothing else any more', async () => {
  const open = await createSale(stores, { title: 'Lamp', stock: 1, priceCents: 990 })
  const refused = { code: 'conflict' }
  await expect(discardDraft(stores.mysql, open.id, ANNA)).rejects.toMatchObject({
    ...refused,
    detail: expect.stringContaining('is published'),
  })
  await expect(discardDraft(stores.mysql, 999_999, ANNA)).rejects.toMatchObject({ code: 'unknown_sale' })

  const { id } = await draft()
  await discardDraft(stores.mysql, id, ANNA)
  await expect(publishSale(stores, id)).rejects.toMatchObject(refused)
  await expect(settleSale(stores, id, ANNA)).rejects.toMatchObject({
    ...refused,
    detail: expect.stringContaining('discarded'),
  })
  await expect(changeStock(stores, { sale: id, stock: 3, version: 2 })).rejects.toMatchObject(refused)
})

/** Connections that break as soon as they are asked for this. */
function dyingAt(words: string): Pool {
  const { mysql } = stores
  const getConnection = async () => {
    const db = await mysql.getConnection()
    return new Proxy(db, {
      get(target, name) {
        const value = Reflect.get(target, name)
        if (name !== 'query') return typeof value === 'function' ? value.bind(target) : value
        return (sql: string, ...rest: unknown[]) => {
          if (!sql.startsWith(words)) return value.call(target, sql, ...rest)
          target.destroy()
          throw new Error('killed')
        }
      },
    })
  }
  return { getConnection } as unknown as Pool
}
