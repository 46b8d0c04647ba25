import { afterAll, beforeAll, expect, test } from 'vitest'
import { call, click, eventually, pause, tokenOf, within } from './call.ts'
import { JWT_SECRET, type LentDoor, lendDoor } from './lend-door.ts'
import { openSale } from './sale-cards.ts'
import { ticketOf } from './ticket-of.ts'

let door: LentDoor
beforeAll(async () => {
  door = await lendDoor()
  await door.publish(openSale(1), openSale(2))
})
afterAll(() => door.stop())

const metric = async (name: string): Promise<number> => {
  const { text } = await call(door.ops, 'GET', '/metrics')
  return Number(
    text
      .split('\n')
      .find((line) => line.startsWith(`${name} `))
      ?.slice(name.length),
  )
}

test('one buy per buyer and sale in 2 s, and again after it', async () => {
  const anna = await tokenOf('anna', JWT_SECRET)
  const before = door.gateways[0]!.arrived.length
  expect((await click(door.flash, 1, anna)).status).toBe(202)
  const refused = await click(door.flash, 1, anna)
  expect([refused.status, refused.json.code]).toEqual([429, 'too_many_requests'])
  expect(Number(refused.headers['retry-after'])).toBeGreaterThanOrEqual(1)
  expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(2)
  expect((await click(door.flash, 2, anna)).status).toBe(202)
  expect(door.gateways[0]!.arrived.length).toBe(before + 2)
  await pause(Number(refused.headers['retry-after']) * 1000 + 20)
  expect((await click(door.flash, 1, anna)).status).toBe(202)
})

test('fifty clicks at once: one reaches a gateway', async () => {
  const token = await tokenOf('fifty', JWT_SECRET)
  const before = door.gateways[0]!.arrived.length
  const answers = await Promise.all(Array.from({ length: 50 }, () => click(door.flash, 1, token)))
  expect(answers.filter(({ status }) => status === 202)).toHaveLength(1)
  expect(answers.filter(({ status }) => status === 429)).toHaveLength(49)
  expect(door.gateways[0]!.arrived.length).toBe(before + 1)
})

test('two tokens of one buyer count as one; a forged token locks nobody out', async () => {
  const forged = await tokenOf('bert', 'not the secret, but 32 characters long')
  expect((await click(door.flash, 1, forged)).status).toBe(401)
  expect((await click(door.flash, 1, await tokenOf('bert', JWT_SECRET, 600))).status).toBe(202)
  expect((await click(door.flash, 1, await tokenOf('bert', JWT_SECRET, 601))).status).toBe(429)
})

test('a 503 gives the click back, so that an honest retry is let in at once', async () => {
  const token = await tokenOf('carl', JWT_SECRET)
  const gateway = door.gateways[0]!
  gateway.answer = { status: 503, body: { code: 'busy' }, headers: { 'retry-after': '1' } }
  const busy = await click(door.flash, 1, token)
  expect([busy.status, busy.json, busy.headers['retry-after']]).toEqual([503, { code: 'busy' }, '1'])
  await gateway.stop()
  const dead = await click(door.flash, 1, token)
  expect([dead.status, dead.json.code]).toEqual([503, 'unavailable'])
  // nginx counts the dead try after it has answered: not yet, perhaps, when the answer is here.
  await door.whenUp(0)
  await gateway.start()
  gateway.answer = { status: 202, body: {} }
  await door.whenUp()
  expect((await click(door.flash, 1, token)).status).toBe(202)
  expect((await click(door.flash, 1, token)).status).toBe(429)
})

test('polls: ten a second for each buyer', async () => {
  const poll = async (buyer: string) =>
    call(door.flash, 'GET', `/api/tickets/${ticketOf(buyer, 1, 1)}`, {
      headers: { authorization: `Bearer ${await tokenOf(buyer, JWT_SECRET)}` },
    })
  let nth = 0
  const { buyer, answers, refused } = await within(1_000, async () => {
    const buyer = `dora-${++nth}`
    const answers = await Promise.all(Array.from({ length: 15 }, () => poll(buyer)))
    return { buyer, answers, refused: await poll(buyer) }
  })
  expect(answers.filter(({ status }) => status === 202)).toHaveLength(10)
  expect([refused.status, refused.json.code, refused.headers['retry-after']]).toEqual([
    429,
    'too_many_requests',
    '1',
  ])
  expect((await poll('emil')).status).toBe(202)
  await pause(1050)
  expect((await poll(buyer)).status).toBe(202)
})

test('a reload keeps the limiter, the counters and the snapshot, and applies new numbers', async () => {
  const [frieda, gustav] = [await tokenOf('frieda', JWT_SECRET), await tokenOf('gustav', JWT_SECRET)]
  await door.tune((conf) => conf.replace('buy_interval_ms = 2000', 'buy_interval_ms = 60000'))
  await door.reload()
  expect((await click(door.flash, 1, frieda)).status).toBe(202)
  const passed = await metric('sluice_door_answers_total{sale="1",call="click",code="passed"}')
  await door.stopRedis()
  await door.tune((conf) => conf.replace('buy_interval_ms = 60000', 'buy_interval_ms = 300'))
  await door.reload()
  expect(await metric('sluice_door_answers_total{sale="1",call="click",code="passed"}')).toBe(passed)
  expect((await click(door.flash, 1, frieda)).status).toBe(429)
  expect((await click(door.flash, 1, gustav)).status).toBe(202)
  await pause(350)
  expect((await click(door.flash, 1, gustav)).status).toBe(202)
  expect((await click(door.flash, 1, frieda)).status).toBe(429)
})

test('a full dict lets live entries go, and counts it', async () => {
  await door.tune((conf) =>
    conf.replace('lua_shared_dict buys 20m', 'lua_shared_dict buys 12k').replace('= 300,', '= 60000,'),
  )
  await door.reload()
  const name = 'sluice_door_evictions_total{dict="buys"}'
  expect(await metric(name)).toBe(0)
  const tokens = await Promise.all(Array.from({ length: 100 }, (_, n) => tokenOf(`crowd-${n}`, JWT_SECRET)))
  for (const token of tokens) expect((await click(door.flash, 1, token)).status).toBe(202)
  await eventually(async () => (await metric(name)) > 0)
})
