import { spawn } from 'node:child_process'
import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Check } from '../../contract/console/rehearsal.ts'
import type { RehearsalStores } from '../../ops/rehearsal/check-surroundings.ts'
import { type RehearsalOptions, rehearse } from '../../ops/rehearsal/rehearse.ts'
import { publishSale } from '../../ops/sales/publish-sale.ts'
import { select } from '../../platform/mysql.ts'
import { ROOT } from '../../platform/root.ts'
import { choosePort } from '../../stack/ports.ts'
import { call, eventually } from '../door/call.ts'
import { openShop, type Shop } from '../lend-stack.ts'
import { borrowStack } from './borrow-stack.ts'
import { optionsOf, shadowsOf, storesOf } from './rehearse-with.ts'

let shop: Shop
let sale: number
beforeAll(async () => {
  shop = await openShop(borrowStack())
  // Slower than any machine: what is safe here is not the matter.
  sale = await shop.sell({ stock: 500, release: { batch: 1, everyMs: 100 } })
})
afterAll(() => shop?.close())

const stores = (more: Partial<RehearsalStores> = {}) => storesOf(shop, more)
const options = (more: Partial<RehearsalOptions> = {}) => optionsOf(shop, more)
const wrong = (checks: Check[]) => checks.filter(({ verdict }) => verdict === 'no')
const shadows = () => shadowsOf(shop, sale)

test('a rehearsal sells a shadow stock through the door, finds a safe rate, and leaves nothing behind', async () => {
  const seen: { list: number[]; click: unknown; view: number }[] = []
  let looking: Promise<void> | undefined
  const look = async () => {
    const [shadow] = await shadows()
    const list = await call(shop.at.ports.flash, 'GET', '/api/sales')
    const headers = { authorization: `Bearer ${shop.token('somebody')}`, 'content-type': 'application/json' }
    const path = `/api/sales/${shadow!.id}`
    const click = await call(shop.at.ports.flash, 'POST', `${path}/orders`, { headers, body: '{}' })
    const view = await call(shop.at.ports.flash, 'GET', path)
    seen.push({ list: list.json.map((one: { id: number }) => one.id), click: click.json, view: view.status })
    expect(seen[0]!.list).not.toContain(shadow!.id)
  }
  const onProgress = (says: string) => {
    if (says.includes('places')) looking = look()
  }
  const report = await rehearse(stores(), sale, options({ onProgress }))
  await looking
  expect(wrong(report.checks)).toEqual([])
  const crowd = { buyers: 80, tickets: 80, orders: 80, paid: 64, unpaid: 16, errors: {} }
  expect(report).toMatchObject({ go: true, crowd })
  const told = Object.fromEntries(report.checks.map(({ name, says }) => [name, says]))
  expect(told).toMatchObject({
    challenge: 'the sale has none',
    'nobody lost': expect.stringContaining('those of who stood by too'),
    money: 'every unit is paid once; 16 came back unpaid and were sold again',
    'not tried': expect.stringMatching(/^more than \d+ a second, since 80 buyers were served$/),
  })
  expect(report.steps[0]).toMatchObject({ asked: 50 })
  expect(report.advised).toBe(Math.floor(0.8 * report.highest!))
  expect(report.takesS).toMatchObject({ own: 50, advised: Math.ceil(500 / report.advised!) })
  // Buyers are not told of it, and can not have of it.
  expect(seen[0]).toMatchObject({ click: { code: 'unknown_sale' }, view: 404 })
  expect(await shadows()).toEqual([])
  const left = await select(shop.mysql, "SELECT buyer FROM orders WHERE buyer LIKE 'rehearsal-%'")
  expect(left).toEqual([])
  const [real] = await select(shop.mysql, 'SELECT sold, epoch FROM sales WHERE id = ?', [sale])
  expect(real).toEqual({ sold: 0, epoch: 1 })
  const [action] = await select<{ after: string }>(
    shop.mysql,
    "SELECT value_after AS after FROM actions WHERE sale_id = ? AND action = 'sale.rehearse'",
    [sale],
  )
  expect(JSON.parse(action!.after)).toMatchObject({ go: true, sale })
})

test('a door that is down and a page that is missing are a no-go, and nobody clicks', async () => {
  const dead = `http://127.0.0.1:${await choosePort()}`
  const page = join(shop.at.env.SLUICE_WWW!, 'sales', `${sale}.html`)
  await rename(page, `${page}.away`)
  await rename(`${page}.gz`, `${page}.gz.away`)
  try {
    const doors = [...shop.at.env.SLUICE_DOORS!.split(','), dead]
    const report = await rehearse(stores({ doors }), sale, options())
    expect(report).toMatchObject({ go: false, crowd: null, highest: null })
    const told = Object.fromEntries(wrong(report.checks).map(({ name, says }) => [name, says]))
    expect(told).toHaveProperty([`door ${dead}`], expect.stringContaining('does not answer'))
    expect(told.pages).toContain(`/sales/${sale} answered 404`)
    expect(told.crowd).toContain('was not let in')
  } finally {
    await rename(`${page}.away`, page)
    await rename(`${page}.gz.away`, `${page}.gz`)
  }
})

test('cancelled, the shadow sale is closed at once; a rate of its own that is too high is a no-go', async () => {
  const quick = await shop.sell({ stock: 500, release: { batch: 1_000, everyMs: 100 } })
  const cancel = new AbortController()
  const onProgress = (says: string) => {
    if (says.includes('places')) cancel.abort()
  }
  const report = await rehearse(stores(), quick, options({ signal: cancel.signal, onProgress }))
  expect(report.go).toBe(false)
  const open = await select(
    shop.mysql,
    "SELECT id FROM sales WHERE rehearsal_of = ? AND phase NOT IN ('closed', 'settled')",
    [quick],
  )
  expect(open).toEqual([])
})

test('killed in the middle, its shadow is removed by itself, with all that it sold', async () => {
  const words = ['sale', 'rehearse', String(sale), '--buyers', '60', '--seconds', '120']
  const child = spawn(process.execPath, [join(ROOT, 'dist', 'ops', 'sluice.js'), ...words], {
    env: { PATH: process.env.PATH, ...shop.at.env },
    stdio: 'ignore',
  })
  await eventually(async () => {
    const [row] = await select<{ n: number }>(
      shop.mysql,
      `SELECT COUNT(*) AS n FROM orders o JOIN sales s ON s.id = o.sale_id
       WHERE s.rehearsal_of = ? AND o.state = 'paid'`,
      [sale],
    )
    return Number(row!.n) > 0
  }, 60_000)
  child.kill('SIGKILL')
  expect(await shadows()).not.toEqual([])
  await eventually(async () => (await shadows()).length === 0, 150_000)
  const left = await select(shop.mysql, "SELECT 1 FROM orders WHERE buyer LIKE 'rehearsal-%'")
  expect(left).toEqual([])
}, 240_000)

test('a draft, and a second rehearsal at the same time', async () => {
  await expect(rehearse(stores(), 999_999, options())).rejects.toMatchObject({ code: 'unknown_sale' })
  await shop.redis.set('rehearsal:turn', '1', 'PX', 5_000)
  await expect(rehearse(stores(), sale, options())).rejects.toMatchObject({ code: 'conflict' })
  await shop.redis.del('rehearsal:turn')
  await publishSale(stores(), sale)
})
