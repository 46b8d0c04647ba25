import { createServer } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createSale } from '../../ops/sales/create-sale.ts'
import { openDocument } from '../line/api-document.ts'
import { type ConsoleAnswer, EDGE_KEY, type LentConsole, lendConsole, PASSWORD } from './lend-console.ts'
import { listRoutes } from './list-routes.ts'

/** docs/openapi-ops.yaml against the console: every route of it is called. How each is refused: refusals.test.ts. */

const { operations, checkAnswer } = await openDocument('openapi-ops.yaml')
let lent: LentConsole
let anna: Awaited<ReturnType<LentConsole['signIn']>>
let sale: number
let draft: number
/** A door that takes connections and never answers, so that a rehearsal is still running when it is looked at. */
const silent = createServer(() => {})
beforeAll(async () => {
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
  lent = await lendConsole({ rehearseAt: [addressOf(silent.address())] })
  anna = await lent.signIn('anna')
  const input = { title: 'a kettle', stock: 10, priceCents: 500 }
  sale = (await createSale(lent, input)).id
  draft = (await createSale(lent, input, { draft: true })).id
})
afterAll(async () => {
  silent.close()
  await lent?.stop()
})

const addressOf = (at: ReturnType<typeof silent.address>) =>
  `http://127.0.0.1:${(at as { port: number }).port}`

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

const SETTING = 'worker.flush-ms'

test('every route is called, and answers as documented', async () => {
  const given = new Set<string>()
  const note = (name: string, answer: ConsoleAnswer) => {
    given.add(`${name} ${checkAnswer(name, answer as never)}`)
    return answer.json
  }
  const check = async (name: string, body?: object, query = '', id: number | string = sale) => {
    const [method, path] = name.split(' ') as [string, string]
    const address = path.replace('{id}', String(id)).replace('{name}', SETTING) + query
    return note(name, await anna(method, address, body))
  }
  await check('GET /api/session')
  await check('GET /api/sales')
  const { id } = await check('POST /api/sales', { title: 'a pan', stock: 3, priceCents: 100 })
  await check('POST /api/sales', { title: '', stock: 3, priceCents: 100 })
  await check('GET /api/sales/{id}')

  await check('POST /api/sales/{id}/publish', { version: 9 }, '', draft)
  await check('POST /api/sales/{id}/publish', {}, '', draft)
  await check('POST /api/sales/{id}/discard', { version: 2 }, '', draft)
  await check('POST /api/sales/{id}/discard', { version: 1 }, '', id)

  await check('POST /api/sales/{id}/pause', { version: 2 })
  await check('POST /api/sales/{id}/pause', { version: 1 })
  await check('POST /api/sales/{id}/resume', { version: 3 })
  await check('POST /api/sales/{id}/resume', { version: 3 })
  await check('PUT /api/sales/{id}/release', { release: 'auto', version: 4 })
  await check('PUT /api/sales/{id}/release', { release: 'auto', version: 4 })
  await check('PUT /api/sales/{id}/release', { release: 'fast', version: 5 })
  await check('PUT /api/sales/{id}/standby', { standby: '50%', version: 5 })
  await check('PUT /api/sales/{id}/standby', { standby: '60%', version: 5 })
  const { version } = await check('GET /api/sales/{id}')
  await check('POST /api/sales/{id}/stock', { stock: 12, version: 1 })
  const { change } = await check('POST /api/sales/{id}/stock', { stock: 12, version })
  await check('POST /api/sales/{id}/stock/confirm', { change })
  await check('POST /api/sales/{id}/stock/confirm', { change })

  const now = Date.now()
  await check('GET /api/sales/{id}/samples', undefined, `?from=${now - 1000}&to=${now}`)
  note('GET /api/sales/{id}/live', await firstOfLive())
  await check('POST /api/sales/{id}/rehearsals', { buyers: 10, seconds: 10 })
  await check('POST /api/sales/{id}/rehearsals', {})
  await check('GET /api/sales/{id}/rehearsals')
  await check('DELETE /api/sales/{id}/rehearsals')
  const over = async () => (await check('GET /api/sales/{id}/rehearsals')).job.state
  await expect.poll(over, { timeout: 30_000 }).toBe('cancelled')
  await check('DELETE /api/sales/{id}/rehearsals')

  await check('POST /api/sales/{id}/audit', {})
  await check('GET /api/sales/{id}/events')
  await check('POST /api/sales/{id}/settle', {})
  await check('POST /api/sales/{id}/close', { version: 1 })
  await check('POST /api/sales/{id}/close', {})
  await check('GET /api/sales/{id}/settlement')
  await check('POST /api/sales/{id}/settle', {})
  await check('GET /api/sales/{id}/settlement')
  await check('GET /api/sales/{id}/evidence')
  await check('GET /api/sales/{id}/orders')

  await check('POST /api/inventory', { sku: 'KETTLE-1', title: 'a kettle', units: 5 })
  await check('GET /api/inventory')
  await check('GET /api/switches')
  await check('PUT /api/switches', { name: 'closed', value: 'on', version: 0 })
  await check('PUT /api/switches', { name: 'closed', value: 'off', version: 0 })
  await check('GET /api/switches', undefined, `?sale=${sale}`)
  await check('POST /api/blocks', { buyer: 'eve', score: 50, reason: 'many accounts' })
  await check('POST /api/blocks', { buyer: 'two words' })
  await check('GET /api/blocks')
  await check('GET /api/blocks/export')
  await check('DELETE /api/blocks', { buyer: 'eve' })
  const csv = (text: string) =>
    anna('POST', '/api/blocks/import', undefined, { raw: { type: 'text/csv', text } })
  note('POST /api/blocks/import', await csv('buyer\neve\n'))
  note('POST /api/blocks/import', await csv('buyer\n\ntwo words\n'))
  await check('GET /api/settings')
  await check('PUT /api/settings/{name}', { value: '150', version: 0, reason: 'a slow disk' })
  await check('PUT /api/settings/{name}', { value: '160', version: 0 })
  await check('GET /api/settings/{name}/history')
  await check('POST /api/settings/{name}/rollback', { version: 0, seen: 9 })
  await check('POST /api/settings/{name}/rollback', { version: 0, seen: 1 })
  await check('GET /api/actions')

  const signIn = 'POST /api/session'
  note(signIn, await lent.nobody('POST', '/api/session', { name: 'bert', password: PASSWORD }))
  const guess = () => lent.nobody('POST', '/api/session', { name: 'bert', password: 'a wrong password' })
  for (let n = 0; n < 6; n++) note(signIn, await guess())
  await check('DELETE /api/session')
  anna = await lent.signIn('anna')
  await check('DELETE /api/sessions')

  const answersOf = (status: RegExp) =>
    operations.filter(({ name }) => ![...given].some((one) => one.startsWith(`${name} `) && status.test(one)))
  const names = (missing: typeof operations) => missing.map(({ name }) => name)
  expect(names(answersOf(/ 20\d$/)), 'never called as it should be').toEqual([])
  const inConflict = answersOf(/ 409 conflict$/).filter(({ responses }) => '409' in responses)
  expect(names(inConflict), 'never in conflict').toEqual([])
  expect([...given]).toContain(`${signIn} 429 too_many_requests`)
})

/** The live page's answer has no end: its first words. */
async function firstOfLive(): Promise<ConsoleAnswer> {
  await lent.app.listen({ host: '127.0.0.1', port: 0 })
  const headers = { cookie: anna.cookie, 'x-edge-key': EDGE_KEY }
  const answer = await fetch(`${addressOf(lent.app.server.address())}/api/sales/${sale}/live`, { headers })
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader()
  const { value: text = '' } = await reader.read()
  await reader.cancel()
  return { status: answer.status, headers: Object.fromEntries(answer.headers), text, json: undefined }
}
