import { afterAll, beforeAll, expect, test } from 'vitest'
import { sumMetric } from '../../platform/sum-metric.ts'
import { call, click, eventually, pause, tokenOf } from './call.ts'
import { JWT_SECRET, type LentDoor, lendDoor } from './lend-door.ts'
import { openSale } from './sale-cards.ts'

let door: LentDoor
beforeAll(async () => {
  door = await lendDoor({
    tune: (conf) => conf.replace('buy_interval_ms = 2000', 'buy_interval_ms = 1000'),
  })
})
afterAll(() => door.stop())

const clickAs = async (buyer: string) => click(door.flash, 1, await tokenOf(buyer, JWT_SECRET))
const blocked = async (buyer: string) => (await clickAs(buyer)).status === 403
const counted = async (code: string) =>
  sumMetric((await call(door.ops, 'GET', '/metrics')).text, 'sluice_door_answers_total', { sale: 1, code })

test('a blocked buyer is refused by the door alone, and the others are not', async () => {
  await door.writeBlocks({ eve: 100, mallory: 80 })
  await door.publish(openSale(1))
  await eventually(() => blocked('eve'))
  const [arrived, before] = [door.gateways[0]!.arrived.length, await counted('blocked')]
  for (const buyer of ['eve', 'mallory']) {
    const { status, json, headers } = await clickAs(buyer)
    expect([status, json.code, headers['content-type']]).toEqual([403, 'blocked', 'application/problem+json'])
    expect(headers['retry-after']).toBeUndefined()
  }
  expect(door.gateways[0]!.arrived.length).toBe(arrived)
  expect(await counted('blocked')).toBe(before + 2)
  // Names that only look like it, and a forger who claims to be somebody else.
  for (const buyer of ['Eve', 'eve2', 'ev']) expect((await clickAs(buyer)).status).toBe(202)
  const forged = await tokenOf('eve', 'not the secret, but 32 characters long')
  expect((await click(door.flash, 1, forged)).status).toBe(401)
  // What a blocked buyer already has is still his to read.
  const headers = { authorization: `Bearer ${await tokenOf('eve', JWT_SECRET)}` }
  expect((await call(door.flash, 'GET', '/api/orders', { headers })).status).toBe(202)
})

test('below the threshold a buyer waits three times as long between two clicks', async () => {
  await door.writeBlocks({ wary: 79 })
  await door.publish(openSale(1))
  await eventually(async () => !(await blocked('eve')))
  expect((await clickAs('wary')).status).toBe(202)
  expect((await clickAs('plain')).status).toBe(202)
  await pause(1_050)
  expect((await clickAs('plain')).status).toBe(202)
  const refused = await clickAs('wary')
  expect([refused.status, refused.json.code]).toEqual([429, 'too_many_requests'])
  await pause(2_000)
  expect((await clickAs('wary')).status).toBe(202)
})

test('a Redis that has lost the list frees nobody; a reload keeps it', async () => {
  await door.writeBlocks({ eve: 100 })
  await door.publish(openSale(1))
  await eventually(() => blocked('eve'))
  await door.stopRedis()
  await door.startRedis()
  // A gateway that does not know the list yet writes a snapshot without its version, or with one that Redis lacks.
  for (const rest of [{}, { blocks: 'not there' }]) {
    await door.writeSnapshot(JSON.stringify({ seq: 1, at: Date.now(), sales: { 1: openSale(1) }, ...rest }))
    await pause(200)
    expect(await blocked('eve')).toBe(true)
  }
  await door.reload()
  expect(await blocked('eve')).toBe(true)
  await door.writeBlocks({ anna: 100 })
  await door.publish(openSale(1))
  await eventually(() => blocked('anna'))
  await eventually(async () => !(await blocked('eve')))
})
