import { afterAll, beforeAll, expect, test } from 'vitest'
import { sendReport } from '../contract/reports.ts'
import { addOperator } from '../ops/operators/operators.ts'
import { rehearse } from '../ops/rehearsal/rehearse.ts'
import { createSale } from '../ops/sales/create-sale.ts'
import { choosePort } from '../stack/ports.ts'
import { type LentStores, lendStores } from './lend-stores.ts'

// Real servers on a machine that runs other tests beside these.
let stores: LentStores
beforeAll(async () => {
  stores = await lendStores({ connections: 8 })
})
afterAll(() => stores?.stop())

async function looked(id: number): Promise<Record<string, string>> {
  const payments = `http://127.0.0.1:${await choosePort()}`
  const options = { buyers: 10, seconds: 10, token: { secret: 'x'.repeat(32) } }
  const signal = new AbortController().signal
  const report = await rehearse({ ...stores, payments, doors: [] }, id, { ...options, signal })
  expect(report).toMatchObject({ go: false, crowd: null })
  const no = report.checks.filter(({ verdict }) => verdict === 'no')
  return Object.fromEntries(no.map(({ name, says }) => [name, says]))
}

test('with nothing around the stores every missing thing is named, and nobody clicks', async () => {
  const { id } = await createSale(stores, { title: 'Lamp', stock: 5, priceCents: 990 })
  const told = await looked(id)
  expect(told).toMatchObject({
    doors: 'SLUICE_DOORS names no door: nobody can be asked',
    gateways: expect.stringContaining('no gateway reports'),
    workers: expect.stringContaining('no worker reports'),
    operators: expect.stringContaining('there is none'),
    payments: expect.stringContaining('does not answer'),
    settings: expect.stringContaining('appendonly'),
    crowd: expect.stringContaining('was not let in'),
  })

  await addOperator(
    stores.mysql,
    { name: 'anna', role: 'operator', password: 'long enough, this' },
    { who: 'test' },
  )
  await sendReport(stores.redis, 'worker', 'worker-1', { tickets: 0 } as never)
  const again = await looked(id)
  expect(again).not.toHaveProperty('operators')
  expect(again).not.toHaveProperty('workers')
})

test('a draft is a no-go, and so is a sale that Redis does not hold, or that has ended', async () => {
  const input = { title: 'Lamp', stock: 5, priceCents: 990 }
  const draft = await createSale(stores, input, { draft: true })
  expect(await looked(draft.id)).toMatchObject({
    sale: 'is a draft: publish it first',
    books: expect.stringContaining('Redis does not hold the sale'),
  })
  const now = Date.now()
  const ended = await createSale(stores, { ...input, opensAt: now - 2_000, closesAt: now - 1_000 })
  expect(await looked(ended.id)).toMatchObject({ sale: 'has ended' })
})
