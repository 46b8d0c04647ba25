import { afterAll, beforeAll, expect, test } from 'vitest'
import { call, click, eventually, pause } from './call.ts'
import { type LentDoor, lendDoor } from './lend-door.ts'
import { MARKER, openSale } from './sale-cards.ts'

let door: LentDoor
beforeAll(async () => {
  door = await lendDoor({ redisDown: true })
})
afterAll(() => door.stop())

const metrics = async (): Promise<string> => (await call(door.ops, 'GET', '/metrics')).text
const metric = async (name: string): Promise<number> =>
  Number(new RegExp(`^${name} (.+)$`, 'm').exec(await metrics())?.[1])

test('started without Redis: 503 unavailable, and well by itself once Redis is there', async () => {
  for (const answer of [
    await click(door.flash, 1),
    await call(door.flash, 'GET', '/api/sales'),
    await call(door.flash, 'GET', '/api/sales/1'),
  ]) {
    expect([answer.status, answer.json.code, answer.headers['retry-after']]).toEqual([
      503,
      'unavailable',
      '1',
    ])
  }
  expect(await metrics()).toContain('sluice_door_snapshot_age_seconds NaN')
  await door.startRedis()
  await door.publish(openSale(1))
  expect((await click(door.flash, 1)).status).toBe(401)
  expect(await metric('sluice_door_snapshot_age_seconds')).toBeLessThan(10)
  expect(await metric('sluice_door_snapshot_pull_failures_total')).toBeGreaterThan(0)
})

test('time, in ms', async () => {
  const before = Date.now()
  const { json, headers, status } = await call(door.flash, 'GET', '/api/time')
  expect([status, headers['cache-control'], headers['content-type']]).toEqual([
    200,
    'no-store',
    'application/json',
  ])
  expect(Object.keys(json)).toEqual(['now'])
  expect(json.now).toBeGreaterThanOrEqual(before - 5)
  expect(json.now).toBeLessThanOrEqual(Date.now() + 5)
})

test('a sale, and the list of all live ones', async () => {
  const card = openSale(7, {
    title: 'Ünï "quote" </script> \n 手机',
    price: 9_007_199_254,
    perUser: 3,
    challenge: 'pow',
  })
  await door.publish(card, openSale(5, { phase: 'draft' }), openSale(6, { soldOut: true }))
  const { json, headers } = await call(door.flash, 'GET', '/api/sales/7')
  const { id, title, price, currency, perUser, challenge, opensAt, closesAt } = card
  const expected = { id, title, price, currency, perUser, challenge, opensAt, closesAt, state: 'open' }
  expect(json).toEqual({ ...expected, now: expect.any(Number) })
  expect(Math.abs(json.now - Date.now())).toBeLessThan(10_000)
  expect(headers['cache-control']).toBe('no-store')
  const list = await call(door.flash, 'GET', '/api/sales')
  expect(list.json.map((sale: { id: number; state: string }) => [sale.id, sale.state])).toEqual([
    [6, 'sold_out'],
    [7, 'open'],
    [MARKER, 'open'],
  ])
  expect((await call(door.flash, 'HEAD', '/api/sales/7')).text).toBe('')
})

test('a sale that is no longer live is a gateway’s to answer; what can be no sale is not', async () => {
  door.gateways[0]!.answer = { status: 200, body: { id: 70 } }
  expect((await call(door.flash, 'GET', '/api/sales/70')).json).toEqual({ id: 70 })
  expect(door.gateways[0]!.arrived.at(-1)!.path).toBe('/api/sales/70')
  for (const id of ['abc', '0', '01', '-1', '1%2f2', '12345678901']) {
    const { json, status } = await call(door.flash, 'GET', `/api/sales/${id}`)
    expect([status, json.code], id).toEqual([404, id === '1%2f2' ? 'not_found' : 'unknown_sale'])
  }
})

test('Redis dies, forgets, or holds rubbish: the last snapshot stays in force', async () => {
  await door.publish(openSale(1, { soldOut: true }))
  const stays = async () => {
    const failures = await metric('sluice_door_snapshot_pull_failures_total')
    await eventually(async () => (await metric('sluice_door_snapshot_pull_failures_total')) > failures + 1)
    expect((await click(door.flash, 1)).json.code).toBe('sold_out')
  }
  const { phase: _, ...noPhase } = openSale(1)
  for (const rubbish of [
    '{"half":',
    'null',
    '[]',
    '{"seq":9,"sales":{}}',
    JSON.stringify({ seq: 99, at: 1, sales: { 1: noPhase } }),
    JSON.stringify({ seq: 99, at: 1, sales: { 1: { ...noPhase, phase: 'sleeping' } } }),
    JSON.stringify({ seq: 99, at: 1, sales: { 1: { ...noPhase, phase: 'published', soldOut: 'no' } } }),
    JSON.stringify({ seq: 99, at: 1, sales: { 1: 7 } }),
  ]) {
    await door.writeSnapshot(rubbish)
    await stays()
  }
  await door.stopRedis()
  await stays()
  await pause(300)
  expect(await metric('sluice_door_snapshot_age_seconds')).toBeGreaterThan(0.3)
  await door.startRedis()
  await stays()
  // The gateways' count starts again after a loss: what counts is that it is new.
  await door.writeSnapshot(JSON.stringify({ seq: 1, at: Date.now(), sales: { 1: openSale(1) } }))
  await eventually(async () => (await click(door.flash, 1)).json.code === 'unauthenticated')
  expect((await door.errorLog()).match(/connection refused/g)!.length).toBeLessThan(10)
})

test('every refusal is counted by its code', async () => {
  const name = 'sluice_door_answers_total{sale="none",call="click",code="unknown_sale"}'
  const value = async () => Number((await metrics()).split(`${name} `)[1]!.split('\n')[0])
  const before = await value()
  for (let n = 0; n < 5; n++) await click(door.flash, 99)
  expect(await value()).toBe(before + 5)
})
