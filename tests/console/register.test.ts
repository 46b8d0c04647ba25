import { afterAll, beforeAll, expect, test } from 'vitest'
import { readArticle } from '../../contract/inventory/read-inventory.ts'
import { readSale } from '../../contract/sales.ts'
import { select } from '../../platform/mysql.ts'
import { type LentConsole, lendConsole, type Send } from './lend-console.ts'

// Real servers on a machine that runs other tests beside these.
let lent: LentConsole
let anna: Send
let vera: Send

beforeAll(async () => {
  lent = await lendConsole()
  ;[anna, vera] = await Promise.all([lent.signIn('anna'), lent.signIn('vera')])
})
afterAll(() => lent?.stop())

const in1Hour = () => new Date(Date.now() + 3_600_000).toISOString()
const lamp = () => ({ title: 'Lamp', stock: 10, priceCents: 990, opensAt: in1Hour() })
const faults = ({ json }: { json: { fields?: { field: string; message: string }[] } }) =>
  Object.fromEntries((json.fields ?? []).map(({ field, message }) => [field, message]))

test('a sale is registered as a draft, with who did it', async () => {
  const { status, json } = await anna('POST', '/api/sales', { ...lamp(), release: '50/1000', standby: '50%' })
  expect(status).toBe(201)
  expect(await readSale(lent.mysql, json.id)).toMatchObject({
    ...{ title: 'Lamp', phase: 'draft', stock: 10, standby: 5, release: { batch: 50, everyMs: 1000 } },
    sku: undefined,
  })
  const [action] = await select<{ who: string; action: string }>(
    lent.mysql,
    'SELECT who, action FROM actions WHERE sale_id = ?',
    [json.id],
  )
  expect(action).toEqual({ who: 'anna', action: 'sale.create' })
})

test('every wrong field is named at once, and nothing is written', async () => {
  const before = await select(lent.mysql, 'SELECT COUNT(*) AS n FROM sales')
  const shape = await anna('POST', '/api/sales', { title: 7, stock: 'many', colour: 'red' })
  expect(shape.status).toBe(400)
  expect(Object.keys(faults(shape)).sort()).toEqual(['colour', 'priceCents', 'stock', 'title'])

  const words = { ...lamp(), opensAt: 'tomorrow', release: 'fast', standby: 'few' }
  expect(Object.keys(faults(await anna('POST', '/api/sales', words))).sort()).toEqual([
    ...['opensAt', 'release', 'standby'],
  ])
  const noZone = await anna('POST', '/api/sales', { ...lamp(), opensAt: '2030-01-31T10:00:00' })
  expect(faults(noZone).opensAt).toMatch(/^must be .* a time such as/)
  const past = await anna('POST', '/api/sales', { ...lamp(), opensAt: '2020-01-31T10:00:00Z' })
  expect(faults(past)).toEqual({ opensAt: 'must not be in the past' })

  const rules = { ...lamp(), title: ' ', stock: 0, priceCents: 0, perUser: 0, challenge: 'riddle' }
  const said = faults(await anna('POST', '/api/sales', { ...rules, currency: 'euro', payWithinS: 0 }))
  expect(Object.keys(said).sort()).toEqual([
    ...['challenge', 'currency', 'payWithinS', 'perUser', 'priceCents', 'stock', 'title'],
  ])
  const opensAt = in1Hour()
  const closed = await anna('POST', '/api/sales', { ...lamp(), opensAt, closesAt: opensAt })
  expect(faults(closed)).toEqual({ closesAt: 'must be later than the opening' })
  expect(await select(lent.mysql, 'SELECT COUNT(*) AS n FROM sales')).toEqual(before)
})

test('a title is taken as text, whatever it looks like', async () => {
  const title = '=HYPERLINK("http://x")<img src=x onerror=alert(1)> {{price}}'
  const { json } = await anna('POST', '/api/sales', { ...lamp(), title })
  expect((await readSale(lent.mysql, json.id))!.title).toBe(title)
})

test('the inventory: added to by operators, taken from by registering, overdrawn by nobody', async () => {
  const added = await anna('POST', '/api/inventory', { sku: 'lamp-1', title: 'Lamp', units: 25 })
  expect([added.status, added.json.onHand]).toEqual([200, 25])
  expect((await vera('POST', '/api/inventory', { sku: 'lamp-1', units: 5 })).status).toBe(403)
  expect((await vera('GET', '/api/inventory')).json).toMatchObject([{ sku: 'lamp-1', onHand: 25 }])
  expect((await anna('POST', '/api/sales', { ...lamp(), sku: 'lamp-1' })).status).toBe(201)
  const more = await anna('POST', '/api/sales', { ...lamp(), stock: 16, sku: 'lamp-1' })
  expect([more.status, faults(more)]).toEqual([
    400,
    { stock: 'is more than the shop has: 15 of lamp-1 are on hand, 16 are wanted' },
  ])
  expect(faults(await anna('POST', '/api/sales', { ...lamp(), sku: 'other' }))).toHaveProperty('sku')
  expect(await readArticle(lent.mysql, 'lamp-1')).toMatchObject({ onHand: 15, inSales: 10 })
})

test('stock in two steps: what would change, then the change', async () => {
  const { json } = await anna('POST', '/api/sales', lamp())
  const path = `/api/sales/${json.id}/stock`
  const { version } = (await readSale(lent.mysql, json.id))!
  const proposed = await anna('POST', path, { stock: 14, version })
  expect(proposed.json).toMatchObject({ before: 10, after: 14, lowest: 0, confirmWithinS: 60 })
  expect((await readSale(lent.mysql, json.id))!.stock).toBe(10)
  const { change } = proposed.json
  expect((await vera('POST', `${path}/confirm`, { change })).status).toBe(403)
  expect((await anna('POST', `${path}/confirm`, { change })).json).toMatchObject({ before: 10, after: 14 })
  const again = await anna('POST', `${path}/confirm`, { change })
  expect([again.status, again.json.code]).toEqual([409, 'conflict'])
  const stale = await anna('POST', path, { stock: 15, version })
  expect([stale.status, stale.json.detail]).toEqual([409, expect.stringContaining('anna')])
  const wrong = await anna('POST', path, { stock: 0, version: version + 1 })
  expect([wrong.status, Object.keys(faults(wrong))]).toEqual([400, ['stock']])
  expect((await anna('POST', '/api/sales/999999/stock', { stock: 5, version: 1 })).status).toBe(404)
})
