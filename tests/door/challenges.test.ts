import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Answer, call, eventually, pause, tokenOf } from './call.ts'
import { JWT_SECRET, type LentDoor, lendDoor } from './lend-door.ts'
import { openSale } from './sale-cards.ts'

let door: LentDoor
beforeAll(async () => {
  door = await lendDoor({
    gateways: 2,
    tune: (conf) =>
      conf
        .replace('challenges_per_minute = 10', 'challenges_per_minute = 5')
        .replace('challenge_answers_per_minute = 10', 'challenge_answers_per_minute = 7')
        .replace('challenge_pause_most_s = 60', 'challenge_pause_most_s = 2'),
  })
  await door.publish(openSale(1), openSale(2))
})
afterAll(() => door.stop())

let buyers = 0
const buyer = () => tokenOf(`buyer-${++buyers}`, JWT_SECRET)
const sent = (method: string, sale: number | string, token?: string, headers: Record<string, string> = {}) =>
  call(door.flash, method, `/api/sales/${sale}/challenge`, {
    headers: { ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), ...headers },
    ...(method === 'POST' ? { body: '{"answer":"x"}' } : {}),
  })
const ask = (sale: number | string, token?: string) => sent('GET', sale, token)
const answer = (sale: number, token?: string) =>
  sent('POST', sale, token, { 'content-type': 'application/json' })
const told = ({ status, json }: Answer) => `${status} ${json?.code}`
const says = (status: number, code?: string) => {
  for (const gateway of door.gateways) gateway.answer = { status, body: { code } }
}
const arrived = () => door.gateways.flatMap((gateway) => gateway.arrived)
const many = async (times: number, work: () => Promise<Answer>) => {
  const answers = await Promise.all(Array.from({ length: times }, work))
  return answers.filter(({ status }) => status !== 429).length
}

test('what the door asks before a challenge reaches a gateway', async () => {
  const token = await buyer()
  const soon = Date.now() + 3_600_000
  await door.publish(
    ...[openSale(1), openSale(2), openSale(3, { phase: 'paused' }), openSale(4, { phase: 'closed' })],
    ...[openSale(5, { soldOut: true }), openSale(6, { lineFull: true }), openSale(7, { opensAt: soon })],
    openSale(8, { opensAt: Date.now() + 50_000 }),
  )
  const before = arrived().length
  expect(told(await ask('99', token))).toBe('404 unknown_sale')
  expect(told(await ask('x', token))).toBe('404 unknown_sale')
  expect(told(await ask(1))).toBe('401 unauthenticated')
  expect(told(await ask(3, token))).toBe('503 paused')
  expect(told(await ask(4, token))).toBe('410 ended')
  expect(told(await ask(5, token))).toBe('410 sold_out')
  expect(told(await ask(6, token))).toBe('503 line_full')
  const early = await ask(7, token)
  expect(told(early)).toBe('409 not_open')
  expect(early.json).toMatchObject({ opensAt: soon, challengeFrom: soon - 60_000 })
  for (const method of ['PUT', 'DELETE', 'HEAD']) {
    const wrong = await sent(method, 1, token)
    expect([wrong.status, wrong.headers.allow]).toEqual([405, 'GET, POST'])
  }
  expect(told(await sent('POST', 1, token, { 'content-type': 'text/plain' }))).toBe('415 unsupported_type')
  expect(arrived().length).toBe(before)
  // Within the minute before its opening it may be asked.
  expect((await ask(8, token)).status).toBe(202)
  const passed = arrived().length
  const spoofed = { 'x-user-id': 'somebody', 'x-edge-key': 'guessed' }
  expect((await sent('GET', 1, token, spoofed)).status).toBe(202)
  expect(arrived().length).toBe(passed + 1)
  for (const { headers } of arrived()) expect(headers['x-user-id']).toBe(`buyer-${buyers}`)
  expect(new Set(arrived().map(({ path }) => path))).toEqual(
    new Set(['/api/sales/1/challenge', '/api/sales/8/challenge']),
  )
})

test('so many challenges a minute for each buyer, over all sales; other buyers are not touched', async () => {
  says(200)
  const [anna, berta] = [await buyer(), await buyer()]
  let turn = 0
  expect(await many(30, () => ask((turn++ % 2) + 1, anna))).toBe(5)
  const refused = await ask(1, anna)
  expect(told(refused)).toBe('429 too_many_requests')
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(30)
  expect((await ask(1, berta)).status).toBe(200)
  // Answers are counted by themselves.
  expect((await answer(1, anna)).status).toBe(200)
})

test('so many answers a minute, however many come at once', async () => {
  says(403, 'challenge_failed')
  const token = await buyer()
  const before = arrived().length
  expect(await many(50, () => answer(1, token))).toBeLessThanOrEqual(7)
  expect(arrived().length - before).toBeLessThanOrEqual(7)
})

test('a wrong answer makes the buyer wait, the next one longer; nobody else, and no right one', async () => {
  const [anna, berta] = [await buyer(), await buyer()]
  says(403, 'challenge_failed')
  expect(told(await answer(1, anna))).toBe('403 challenge_failed')
  for (const next of [answer, ask]) {
    const paused = await next(1, anna)
    expect([told(paused), paused.headers['retry-after']]).toEqual(['429 too_many_requests', '1'])
  }
  says(200)
  expect((await answer(1, berta)).status).toBe(200)
  expect((await answer(1, berta)).status).toBe(200)
  says(403, 'challenge_failed')
  await pause(1_050)
  expect(told(await answer(1, anna))).toBe('403 challenge_failed')
  expect((await ask(2, anna)).headers['retry-after']).toBe('2')
  await pause(1_050)
  expect(told(await ask(2, anna))).toBe('429 too_many_requests')
  says(200)
  await eventually(async () => (await answer(1, anna)).status === 200)
  // A right one clears the slate: the next wrong one costs a second again.
  says(403, 'challenge_failed')
  expect(told(await answer(1, anna))).toBe('403 challenge_failed')
  expect((await ask(1, anna)).headers['retry-after']).toBe('1')
})

test('an answer is never sent a second time when a gateway goes silent', async () => {
  const token = await buyer()
  const before = arrived().length
  for (const gateway of door.gateways) gateway.hangs = true
  expect(told(await answer(1, token))).toBe('503 unavailable')
  for (const gateway of door.gateways) gateway.hangs = false
  expect(arrived().length).toBe(before + 1)
})
