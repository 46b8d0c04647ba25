import { afterAll, beforeAll, expect, test } from 'vitest'
import { call, click, eventually, pause, tokenOf } from './call.ts'
import { JWT_SECRET, type LentDoor, lendDoor } from './lend-door.ts'
import { openSale } from './sale-cards.ts'

let door: LentDoor
beforeAll(async () => {
  door = await lendDoor()
  await door.publish(openSale(1), openSale(2, { soldOut: true }))
})
afterAll(() => door.stop())

const metrics = async (): Promise<Record<string, number>> =>
  Object.fromEntries(
    (await call(door.ops, 'GET', '/metrics')).text
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  )

test('each refusal by its code, its question and its class; what went on by what the gateway said', async () => {
  const token = await tokenOf('anna', JWT_SECRET)
  const before = await metrics()
  await click(door.flash, 1, token)
  for (const [sale, own] of [
    [1, token],
    [1, undefined],
    [2, token],
    [99, token],
  ] as const)
    await click(door.flash, sale, own)
  await call(door.flash, 'GET', '/api/nowhere')
  const since = async () =>
    Object.fromEntries(
      Object.entries(await metrics()).map(([name, value]) => [name, value - (before[name] ?? 0)]),
    )
  await eventually(async () => (await since())['sluice_door_gateway_seconds_count{sale="1"}'] === 1)
  expect(await since()).toMatchObject({
    'sluice_door_answers_total{sale="1",call="click",code="passed"}': 1,
    'sluice_door_answers_total{sale="1",call="click",code="too_many_requests"}': 1,
    'sluice_door_answers_total{sale="1",call="click",code="unauthenticated"}': 1,
    'sluice_door_answers_total{sale="2",call="click",code="sold_out"}': 1,
    'sluice_door_answers_total{sale="1",call="click",code="sold_out"}': 0,
    'sluice_door_answers_total{sale="none",call="click",code="unknown_sale"}': 1,
    'sluice_door_answers_total{sale="none",call="other",code="not_found"}': 1,
    'sluice_door_refused_by_total{sale="1",question="user_limit"}': 1,
    'sluice_door_refused_by_total{sale="1",question="identity"}': 1,
    'sluice_door_refused_by_total{sale="2",question="sold_out"}': 1,
    'sluice_door_refused_by_total{sale="none",question="known_sale"}': 1,
    'sluice_door_refused_by_total{sale="none",question="none"}': 1,
    'sluice_door_status_total{sale="1",by="door",class="4xx"}': 2,
    'sluice_door_status_total{sale="2",by="door",class="4xx"}': 1,
    'sluice_door_status_total{sale="none",by="door",class="4xx"}': 2,
    'sluice_door_status_total{sale="1",by="door",class="5xx"}': 0,
    'sluice_door_status_total{sale="1",by="gateway",class="2xx"}': 1,
    'sluice_door_gateway_answers_total{sale="1",call="click",answer="202"}': 1,
    'sluice_door_gateway_seconds_bucket{sale="1",le="5"}': 1,
    'sluice_door_gateway_seconds_bucket{sale="1",le="+Inf"}': 1,
    'sluice_door_evictions_total{dict="held"}': 0,
  })
  expect(before['sluice_door_dict_capacity_bytes{dict="buys"}']).toBe(20 * 1024 * 1024)
})

test('what a gateway took is counted in the buckets from there on, and summed', async () => {
  const before = await metrics()
  const gateway = door.gateways[0]!
  gateway.arrived.length = 0
  gateway.holds = true
  const answer = click(door.flash, 1, await tokenOf('patient', JWT_SECRET))
  await eventually(async () => gateway.arrived.length === 1)
  await pause(60)
  gateway.release()
  expect((await answer).status).toBe(202)
  const more = async (name: string) => (await metrics())[name]! - before[name]!
  await eventually(async () => (await more('sluice_door_gateway_seconds_count{sale="1"}')) === 1)
  expect(await more('sluice_door_gateway_seconds_bucket{sale="1",le="0.05"}')).toBe(0)
  expect(await more('sluice_door_gateway_seconds_bucket{sale="1",le="5"}')).toBe(1)
  const sum = await more('sluice_door_gateway_seconds_sum{sale="1"}')
  expect(sum).toBeGreaterThan(0.055)
  expect(sum).toBeLessThan(5)
})

test('a refusal carries what JSON needs, and no policy for pages', async () => {
  const { headers } = await click(door.flash, 2)
  expect(headers['x-content-type-options']).toBe('nosniff')
  expect(headers['content-security-policy']).toBeUndefined()
})
