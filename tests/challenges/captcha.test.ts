import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { keepAnswers, tryAnswer } from '../../contract/challenges/answers.ts'
import { answerKey } from '../../contract/keys.ts'
import { refusal, TIMES, times } from './challenge-steps.ts'
import { type LentGateway, lendGateway } from './lend-gateway.ts'

// Real servers on a machine that runs other tests beside these.
let gateway: LentGateway
beforeAll(async () => {
  gateway = await lendGateway()
})
afterAll(() => gateway?.stop())

describe('captcha', () => {
  let sale: number
  beforeAll(async () => {
    sale = await gateway.sell({ challenge: 'captcha' })
  })

  test('it is a PNG; neither its SVG nor its answer leaves the server', async () => {
    const { body, text } = await gateway.ask(sale, 'anna')
    expect(Object.keys(body).sort()).toEqual(['expiresAt', 'image', 'kind'])
    const png = Buffer.from(body.image.replace('data:image/png;base64,', ''), 'base64')
    expect(png.subarray(0, 8).toString('latin1')).toBe('\x89PNG\r\n\x1a\n')
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([480, 168])
    const [answer] = await gateway.rightAnswers(sale, 'anna')
    expect(answer).toMatch(/^[a-z0-9]{6}$/)
    for (const inside of [text, png.toString('latin1')]) {
      expect(inside).not.toContain('<svg')
      expect(inside.toLowerCase()).not.toContain(answer)
    }
  })

  test('every picture has another text', async () => {
    const seen = new Set<string>()
    for (let i = 0; i < 10; i++) {
      await gateway.ask(sale, 'berta')
      seen.add((await gateway.rightAnswers(sale, 'berta'))[0]!)
    }
    expect(seen.size).toBe(10)
  })

  test('capitals and spaces do not matter, and the pass becomes a ticket', async () => {
    await gateway.ask(sale, 'clara')
    const [answer] = await gateway.rightAnswers(sale, 'clara')
    const { status, body } = await gateway.answer(sale, 'clara', ` ${answer!.toUpperCase()} `)
    expect([status, Object.keys(body)]).toEqual([200, ['pass']])
    expect((await gateway.join(sale, 'clara', { pass: body.pass })).status).toBe(202)
  })

  test('a wrong answer uses it up: the right one comes too late', async () => {
    await gateway.ask(sale, 'dora')
    const [answer] = await gateway.rightAnswers(sale, 'dora')
    expect(refusal(await gateway.answer(sale, 'dora', 'wrong'))).toBe('403 challenge_failed')
    expect(refusal(await gateway.answer(sale, 'dora', answer))).toBe('403 challenge_failed')
  })

  test('the right answer 50 times at once: one pass', async () => {
    await gateway.ask(sale, 'emma')
    const [answer] = await gateway.rightAnswers(sale, 'emma')
    const said = await times(() => gateway.answer(sale, 'emma', answer))
    expect(said.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(said.filter(({ body }) => body.code === 'challenge_failed')).toHaveLength(TIMES - 1)
  })

  test('an answer helps only the buyer and the sale that were asked', async () => {
    const other = await gateway.sell({ challenge: 'captcha' })
    await gateway.ask(sale, 'frieda')
    const [answer] = await gateway.rightAnswers(sale, 'frieda')
    expect(refusal(await gateway.answer(sale, 'gerda', answer))).toBe('403 challenge_failed')
    expect(refusal(await gateway.answer(other, 'frieda', answer))).toBe('403 challenge_failed')
    expect((await gateway.answer(sale, 'frieda', answer)).status).toBe(200)
  })

  test('a new picture takes the place of the old one', async () => {
    await gateway.ask(sale, 'hanna')
    const [old] = await gateway.rightAnswers(sale, 'hanna')
    await gateway.ask(sale, 'hanna')
    expect(refusal(await gateway.answer(sale, 'hanna', old))).toBe('403 challenge_failed')
  })

  test('its answer is gone after its time', async () => {
    const { redis } = gateway.stores
    await gateway.ask(sale, 'ida')
    const left = await redis.ttl(answerKey(sale, 'ida'))
    expect(left).toBeGreaterThan(50)
    expect(left).toBeLessThanOrEqual(60)
    await keepAnswers(redis, sale, 'ida', ['abc'], 1)
    await sleep(1_100)
    expect(await tryAnswer(redis, sale, 'ida', 'abc')).toBe(false)
  })

  test.each([[''], ['x'.repeat(201)], [7], [null], [{}], [['a']], [{ challenge: {}, solution: {} }]])(
    '%j is no answer',
    async (answer) => {
      await gateway.ask(sale, 'jana')
      const { status } = await gateway.answer(sale, 'jana', answer)
      expect(status).toBe(answer === '' ? 403 : 400)
    },
  )
})
