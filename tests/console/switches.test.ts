import { afterAll, beforeAll, expect, test } from 'vitest'
import { SWITCHES as SWITCHES_KEY } from '../../contract/keys.ts'
import { SWITCH_NAMES } from '../../contract/switches.ts'
import { createSale } from '../../ops/sales/create-sale.ts'
import { type LentConsole, lendConsole, type Send } from './lend-console.ts'

let lent: LentConsole
let anna: Send
let bert: Send
let sale: number
beforeAll(async () => {
  lent = await lendConsole()
  ;[anna, bert] = [await lent.signIn('anna'), await lent.signIn('bert')]
  ;({ id: sale } = await createSale(lent, { title: 'a kettle', stock: 10, priceCents: 500 }))
})
afterAll(() => lent?.stop())

// biome-ignore lint/suspicious/noExplicitAny: a row of the answer
const shown = async (name: string, query = ''): Promise<any> =>
  (await anna('GET', `/api/switches${query}`)).json.switches.find(
    (one: { name: string }) => one.name === name,
  )

test('every switch with its value, what it does, and who set it', async () => {
  const { json } = await anna('GET', '/api/switches')
  expect(json.switches.map(({ name }: { name: string }) => name)).toEqual(SWITCH_NAMES)
  expect(json.levels[4]).toMatchObject({ level: 4, name: 'defensive', values: { cancellations: 'off' } })
  expect(await shown('closed')).toMatchObject({ value: false, from: 'normal', version: 0 })
  await anna('PUT', '/api/switches', { name: 'closed', value: 'on', version: 0, reason: 'a leak' })
  expect(await shown('closed')).toMatchObject({
    ...{ value: true, from: 'set', version: 1 },
    set: { who: 'anna', reason: 'a leak', before: 'default', after: 'on', at: expect.any(String) },
  })
  expect(JSON.parse((await lent.redis.get(SWITCHES_KEY))!).all).toEqual({ closed: true })
  await anna('PUT', '/api/switches', { name: 'closed', value: 'default', version: 1 })
  const { actions } = (await anna('GET', '/api/actions?who=anna')).json
  expect(actions.slice(0, 2)).toMatchObject([
    { action: 'switch.turn', target: 'closed', before: 'on', after: 'default' },
    { action: 'switch.turn', target: 'closed', before: 'default', after: 'on', reason: 'a leak' },
  ])
})

test('for one sale', async () => {
  await anna('PUT', '/api/switches', { name: 'share', value: '0.25', sale, version: 0 })
  expect(await shown('share', `?sale=${sale}`)).toMatchObject({ value: 0.25, from: 'this sale', version: 1 })
  expect(await shown('share')).toMatchObject({ value: 'auto', version: 0 })
})

test('two operators turn the same switch at once: one wins, the other hears of whom', async () => {
  for (let version = 0; version < 5; version++) {
    const turn = (who: Send, value: string) =>
      who('PUT', '/api/switches', { name: 'poll-factor', value, version })
    const answers = await Promise.all([turn(anna, String(2 + version)), turn(bert, String(10 + version))])
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409])
    const winner = answers[0].status === 200 ? 'anna' : 'bert'
    const lost = answers.find(({ status }) => status === 409)!
    expect(lost.json).toMatchObject({ code: 'conflict', version: version + 1 })
    expect(lost.json.detail).toContain(winner)
  }
})

test.each([
  [{ name: 'dance', value: 'on', version: 0 }, 'name'],
  [{ name: 'closed', value: 'maybe', version: 0 }, 'value'],
  [{ name: 'level', value: '7', version: 0 }, 'value'],
  [{ name: 'level', value: '1', version: 0, sale: 1 }, 'sale'],
  [{ name: 'closed', value: 'on' }, 'version'],
  [{ name: 'closed', value: 'on', version: 0, reason: 'x'.repeat(201) }, 'reason'],
])('%j is refused by field (%s)', async (body, field) => {
  const { json } = await anna('PUT', '/api/switches', body)
  expect(json).toMatchObject({ status: 400, code: 'invalid_request' })
  expect(json.fields.map((one: { field: string }) => one.field)).toContain(field)
})

test('a sale that there is not', async () => {
  const { json } = await anna('PUT', '/api/switches', {
    name: 'closed',
    value: 'on',
    sale: 99999,
    version: 0,
  })
  expect(json).toMatchObject({ status: 404, code: 'unknown_sale' })
})
