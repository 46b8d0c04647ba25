import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { SETTINGS as HASH, reportKeys } from '../../contract/keys.ts'
import { fetchSettings, readSettings, spreadSettings } from '../../contract/settings/changes.ts'
import { reportInForce } from '../../contract/settings/in-force.ts'
import { SETTING_NAMES, SETTINGS } from '../../contract/settings.ts'
import { select } from '../../platform/mysql.ts'
import { type LentConsole, lendConsole, type Send } from './lend-console.ts'

let lent: LentConsole
let anna: Send
let bert: Send
beforeAll(async () => {
  lent = await lendConsole()
  ;[anna, bert] = await Promise.all([lent.signIn('anna'), lent.signIn('bert')])
})
afterAll(() => lent?.stop())

const view = async (name: string) =>
  (await anna('GET', '/api/settings')).json.settings.find((one: { name: string }) => one.name === name)
const put = (who: Send, name: string, value: unknown, version: number, reason?: string) =>
  who('PUT', `/api/settings/${name}`, { value, version, ...(reason === undefined ? {} : { reason }) })
const rows = async () =>
  Number((await select<{ n: number }>(lent.mysql, 'SELECT COUNT(*) AS n FROM settings'))[0]!.n)

test('the list: every setting with its bounds, its words, and that nothing is set', async () => {
  const { status, json } = await anna('GET', '/api/settings')
  expect(status).toBe(200)
  expect(json.settings.map(({ name }: { name: string }) => name)).toEqual(SETTING_NAMES)
  expect(await view('worker.flush-ms')).toEqual({
    ...SETTINGS['worker.flush-ms'],
    ...{ name: 'worker.flush-ms', value: 100, set: null, version: 0, who: null, reason: null, at: null },
    inForce: { at: 0, of: 0, behind: [] },
  })
})

test('a change is in MySQL, in Redis, in the history and among the actions, with who, why, before and after', async () => {
  const answer = await put(anna, 'worker.flush-ms', 250, 0, 'a slow disk')
  expect(answer.json).toMatchObject({
    ...{ name: 'worker.flush-ms', version: 1, before: 'default', after: '250' },
    ...{ who: 'anna', reason: 'a slow disk' },
  })
  expect((await put(bert, 'worker.flush-ms', 'default', 1)).json).toMatchObject({ version: 2, before: '250' })
  expect((await put(bert, 'worker.flush-ms', '300', 2)).json).toMatchObject({ version: 3, before: 'default' })
  expect(await view('worker.flush-ms')).toMatchObject({ value: 300, set: 300, version: 3, who: 'bert' })
  expect(await fetchSettings(lent.redis)).toEqual(await readSettings(lent.mysql))
  expect(await lent.redis.hgetall(HASH)).toEqual({ '': '3', 'worker.flush-ms': '3 300' })
  const { changes } = (await anna('GET', '/api/settings/worker.flush-ms/history')).json
  expect(
    changes.map(({ version, before, after, who }: Record<string, unknown>) => [version, before, after, who]),
  ).toEqual([
    [3, 'default', '300', 'bert'],
    [2, '250', 'default', 'bert'],
    [1, 'default', '250', 'anna'],
  ])
  const [action] = await select(
    lent.mysql,
    "SELECT who, role, action, value_before, value_after, reason FROM actions WHERE target = 'worker.flush-ms' ORDER BY id LIMIT 1",
  )
  expect(action).toEqual({
    ...{ who: 'anna', role: 'operator', action: 'setting.change', reason: 'a slow disk' },
    ...{ value_before: '"default"', value_after: '"250"' },
  })
})

test.each([
  ['worker.flush-ms', 0, 'value', 'a whole number from 1 to 10000 (ms), or default'],
  ['worker.flush-ms', 10_001, 'value', 'a whole number from 1 to 10000'],
  ['worker.flush-ms', 1.5, 'value', 'a whole number'],
  ['worker.flush-ms', '1e2', 'value', 'a whole number'],
  ['worker.flush-ms', '', 'value', 'a whole number'],
  ['worker.flush-ms', null, 'value', 'must be'],
  ['gateway.lease-ms', 1_000, 'value', 'gateway.confirm-ms must be less than gateway.lease-ms'],
  ['gateway.grace-ms', 14_999, 'value', 'may not exceed gateway.grace-ms'],
])('%s = %j is refused: %s %s', async (name, value, field, words) => {
  const before = await rows()
  const { version } = await view(name)
  const { status, json } = await put(anna, name, value, version)
  expect([status, json.code, json.fields[0].field]).toEqual([400, 'invalid_request', field])
  expect(json.fields[0].message).toContain(words)
  expect(await rows()).toBe(before)
})

test('a name that there is not, and a reason without end', async () => {
  for (const [method, path, body] of [
    ['PUT', '', { value: 1, version: 0 }],
    ['GET', '/history', undefined],
    ['POST', '/rollback', { version: 0 }],
  ] as const) {
    expect((await anna(method, `/api/settings/constructor${path}`, body)).json.code).toBe('not_found')
  }
  const { json } = await put(anna, 'worker.prefetch', 5, 0, 'x'.repeat(201))
  expect(json.fields[0].field).toBe('reason')
})

describe('two operators', () => {
  test('who has seen an older version is told what the other one did', async () => {
    await put(anna, 'gateway.hot-user', 30, 0)
    const { status, json } = await put(bert, 'gateway.hot-user', 40, 0)
    expect([status, json.code]).toEqual([409, 'conflict'])
    expect(json.detail).toMatch(/^anna has set gateway.hot-user to 30 at 20.*Z, as version 1$/)
    expect(json.current).toMatchObject({ who: 'anna', after: '30', version: 1 })
    expect(await view('gateway.hot-user')).toMatchObject({ value: 30, version: 1 })
  })

  test('ten at once: one wins, nine are told, no version is missing', async () => {
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, n) => put(n % 2 ? anna : bert, 'gateway.hot-sale', 100 + n, 0)),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(9).fill(409)])
    const winner = answers.find(({ status }) => status === 200)!.json
    for (const { status, json } of answers) if (status === 409) expect(json.current.after).toBe(winner.after)
  })

  test('two changes that agree each by itself and not with each other: one is refused', async () => {
    const answers = await Promise.all([
      put(anna, 'gateway.confirm-ms', 2_900, 0),
      put(bert, 'gateway.lease-ms', 2_500, 0),
    ])
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400])
  })
})

test('rolling back is a change of its own, to any version and to none', async () => {
  const back = (version: number, extra = {}) =>
    anna('POST', '/api/settings/door.polls-per-second/rollback', { version, ...extra })
  await put(anna, 'door.polls-per-second', 20, 0)
  await put(anna, 'door.polls-per-second', 30, 1)
  expect((await back(1, { seen: 1 })).json.code).toBe('conflict')
  expect((await back(1, { seen: 2 })).json).toMatchObject({
    ...{ version: 3, before: '30', after: '20', reason: 'back to version 1' },
  })
  expect((await back(0)).json).toMatchObject({ version: 4, before: '20', after: 'default' })
  expect((await back(9)).json.fields).toEqual([
    { field: 'version', message: '9 is no version of door.polls-per-second' },
  ])
  const actions = await select<{ action: string }>(
    lent.mysql,
    "SELECT action FROM actions WHERE target = 'door.polls-per-second' ORDER BY id",
  )
  expect(actions.map(({ action }) => action)).toEqual([
    ...['setting.change', 'setting.change', 'setting.rollback', 'setting.rollback'],
  ])
})

test('where it is in force: who reports, what they started with, and who is behind', async () => {
  const normals = { 'worker.prefetch': 32 }
  const report = { room: 'worker' as const, version: 0, normals, values: normals }
  await reportInForce(lent.redis, 'worker-1', report)
  await reportInForce(lent.redis, 'worker-2', { ...report, values: { 'worker.prefetch': 77 } })
  expect(await view('worker.prefetch')).toMatchObject({
    ...{ normal: 32, value: 32, set: null, inForce: { at: 1, of: 2, behind: ['worker-2'] } },
  })
  await put(anna, 'worker.prefetch', 77, 0)
  expect(await view('worker.prefetch')).toMatchObject({
    ...{ normal: 32, value: 77, set: 77, inForce: { at: 1, of: 2, behind: ['worker-1'] } },
  })
  await lent.redis.del(reportKeys.tuned.of('worker-1'), reportKeys.tuned.of('worker-2'))
})

test('of two who spread at once the one who read earlier takes nothing back', async () => {
  const earlier = await readSettings(lent.mysql)
  await put(anna, 'worker.sweep-ms', 2_000, 0)
  await spreadSettings(lent.redis, earlier)
  expect(await fetchSettings(lent.redis)).toEqual(await readSettings(lent.mysql))
})
