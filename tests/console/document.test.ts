import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { createSale } from '../../ops/sales/create-sale.ts'
import { openDocument } from '../line/api-document.ts'
import { type LentConsole, lendConsole, type Send } from './lend-console.ts'
import { listRoutes } from './list-routes.ts'

vi.setConfig({ testTimeout: 60_000 })
const { operations, checkAnswer } = await openDocument('openapi-ops.yaml')
let lent: LentConsole
let anna: Send
let sale: number
let draft: number
beforeAll(async () => {
  lent = await lendConsole()
  anna = await lent.signIn('anna')
  const input = { title: 'a kettle', stock: 10, priceCents: 500 }
  sale = (await createSale(lent, input)).id
  draft = (await createSale(lent, input, { draft: true })).id
}, 60_000)
afterAll(() => lent?.stop())

test('every route of the console is documented, and nothing else', async () => {
  const routes = (await listRoutes())
    .filter((route) => !route.includes(' /internal/'))
    .map((route) => route.replace(/:(\w+)/g, '{$1}'))
  expect(routes.sort()).toEqual(operations.map(({ name }) => name).sort())
})

const withBody = operations.flatMap(({ name, requestBody }) => {
  const schema = requestBody?.content['application/json']?.schema
  return schema ? [[name, schema] as const] : []
})

describe.each(withBody)('%s', (name, { properties = {}, required = [] }) => {
  test('its body has exactly the members that are documented', async () => {
    const [method, path] = name.split(' ') as [string, string]
    const ask = async (body: object): Promise<{ field: string; message: string }[]> =>
      (await anna(method, path.replace(/\{\w+\}/g, '999'), body)).json.fields ?? []
    const of = (fields: { field: string; message: string }[], said: string) =>
      fields.flatMap(({ field, message }) => (message === said ? [field] : [])).sort()
    const all = Object.fromEntries(Object.keys(properties).map((one) => [one, {}]))
    expect(of(await ask({ ...all, undocumented: 1 }), 'is not known here')).toEqual(['undocumented'])
    expect(of(await ask({ undocumented: 1 }), 'is missing')).toEqual([...required].sort())
  })
})

test('every answer is as documented', async () => {
  const given = new Set<string>()
  const check = async (name: string, body?: object, query = '', id: number | string = sale) => {
    const [method, path] = name.split(' ') as [string, string]
    const address = path.replace('{id}', String(id)).replace('{name}', 'SLUICE_ABSENT_MS') + query
    const answer = await anna(method, address, body)
    given.add(`${name} ${checkAnswer(name, answer as never)}`)
    return answer.json
  }
  await check('GET /api/session')
  await check('GET /api/sales')
  const { id } = await check('POST /api/sales', { title: 'a pan', stock: 3, priceCents: 100 })
  await check('POST /api/sales', { title: '', stock: 3, priceCents: 100 })
  await check('GET /api/sales/{id}')
  await check('GET /api/sales/{id}', undefined, '', 999)
  await check('POST /api/sales/{id}/publish', {}, '', draft)
  await check('POST /api/sales/{id}/pause', { version: 2 })
  await check('POST /api/sales/{id}/pause', { version: 1 })
  await check('POST /api/sales/{id}/resume', { version: 3 })
  await check('PUT /api/sales/{id}/release', { release: 'auto', version: 4 })
  await check('PUT /api/sales/{id}/release', { release: 'auto', version: 4 })
  await check('PUT /api/sales/{id}/release', { release: 'fast', version: 5 })
  await check('PUT /api/sales/{id}/standby', { standby: '50%', version: 5 })
  const { version } = await check('GET /api/sales/{id}')
  const { change } = await check('POST /api/sales/{id}/stock', { stock: 12, version })
  await check('POST /api/sales/{id}/stock/confirm', { change })
  await check('POST /api/sales/{id}/stock/confirm', { change })
  const now = Date.now()
  await check('GET /api/sales/{id}/samples', undefined, `?from=${now - 1000}&to=${now}`)
  await check('GET /api/sales/{id}/samples', undefined, `?from=${now}&to=${now}`)
  await check('GET /api/sales/{id}/rehearsals')
  await check('POST /api/sales/{id}/audit', {})
  await check('GET /api/sales/{id}/events')
  await check('POST /api/sales/{id}/close', {}, '', id)
  await check('POST /api/sales/{id}/close', { version: version + 1 })
  await check('GET /api/sales/{id}/settlement')
  await check('GET /api/sales/{id}/evidence')
  await check('GET /api/sales/{id}/orders')
  await check('POST /api/inventory', { sku: 'KETTLE-1', title: 'a kettle', units: 5 })
  await check('GET /api/inventory')
  await check('GET /api/switches')
  await check('PUT /api/switches', { name: 'closed', value: 'on', version: 0 })
  await check('PUT /api/switches', { name: 'closed', value: 'off', version: 0 })
  await check('GET /api/switches', undefined, '?sale=1')
  await check('POST /api/blocks', { buyer: 'eve', score: 50, reason: 'many accounts' })
  await check('POST /api/blocks', { buyer: 'two words' })
  await check('GET /api/blocks')
  await check('GET /api/blocks/export')
  await check('DELETE /api/blocks', { buyer: 'eve' })
  const csv = (text: string) =>
    anna('POST', '/api/blocks/import', undefined, { raw: { type: 'text/csv', text } })
  for (const text of ['buyer\neve\n', 'buyer\n\ntwo words\n', `buyer\n${'x'.repeat(2 ** 20)}`])
    given.add(`import ${checkAnswer('POST /api/blocks/import', (await csv(text)) as never)}`)
  await check('GET /api/settings')
  await check('GET /api/actions')
  await check('GET /api/actions', undefined, '?sale=x')
  expect([...given].filter((one) => / [45]/.test(one)).length).toBeGreaterThan(8)
  for (const one of ['import 200', 'import 400 invalid_request', 'import 413 too_large'])
    expect(given).toContain(one)
})
