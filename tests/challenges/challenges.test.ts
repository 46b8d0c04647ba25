import { setTimeout as sleep } from 'node:timers/promises'
import { solveChallenge } from 'altcha-lib'
import { deriveKey } from 'altcha-lib/algorithms/pbkdf2'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { keepAnswers, tryAnswer } from '../../contract/challenges/answers.ts'
import { signPass } from '../../contract/challenges/pass.ts'
import { createProof, type Proof, tryProof } from '../../contract/challenges/proof.ts'
import { replaceQuestions } from '../../contract/challenges/quiz.ts'
import { answerKey, saleKeys } from '../../contract/keys.ts'
import { leaveLine } from '../../contract/line/release.ts'
import { type LentGateway, lendGateway, TICKET_SECRET } from './lend-gateway.ts'

// Real servers on a machine that runs other tests beside these.
vi.setConfig({ testTimeout: 30_000 })

const TIMES = 50

let gateway: LentGateway
beforeAll(async () => {
  gateway = await lendGateway()
}, 60_000)
afterAll(() => gateway?.stop())

const solve = async (challenge: Proof) => ({
  challenge,
  solution: (await solveChallenge({ challenge, deriveKey }))!,
})

/** The pass of a buyer who reads the captcha. */
async function earn(sale: number, buyer: string): Promise<string> {
  expect((await gateway.ask(sale, buyer)).status).toBe(200)
  const [answer] = await gateway.rightAnswers(sale, buyer)
  const { status, body } = await gateway.answer(sale, buyer, answer)
  expect(status).toBe(200)
  return body.pass
}

const times = <T>(work: (i: number) => Promise<T>) =>
  Promise.all(Array.from({ length: TIMES }, (_, i) => work(i)))
const refusal = ({ status, body }: { status: number; body: { code?: string } }) => `${status} ${body.code}`
const tickets = async (sale: number) =>
  Number(await gateway.stores.redis.hget(saleKeys(sale).card, 'next')) - 1

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

describe('quiz', () => {
  test('made-up questions can all be answered', async () => {
    const sale = await gateway.sell({ challenge: 'quiz' })
    for (let i = 0; i < 30; i++) {
      const { status, body } = await gateway.ask(sale, 'anna')
      expect([status, body.kind]).toEqual([200, 'quiz'])
      const right = await gateway.rightAnswers(sale, 'anna')
      expect(right.length).toBeGreaterThan(0)
      if (body.choices) expect(body.choices).toContain(right[0])
      expect(JSON.stringify(body)).not.toContain('"answers"')
      const { body: passed } = await gateway.answer(sale, 'anna', right.at(-1))
      expect(passed.pass).toEqual(expect.any(String))
    }
  })

  test("a sale's own questions come first, then those for all", async () => {
    const { mysql } = gateway.stores
    const [own, other] = [
      await gateway.sell({ challenge: 'quiz' }),
      await gateway.sell({ challenge: 'quiz' }),
    ]
    await replaceQuestions(mysql, undefined, [{ question: 'For all?', answers: ['yes'] }])
    const mine = { question: 'Mine?', answers: ['Crème  brûlée', 'b'], choices: ['Crème  brûlée', 'b', 'c'] }
    expect(await replaceQuestions(mysql, own, [mine, { question: 'old?', answers: ['x'] }])).toBe(0)
    expect(await replaceQuestions(mysql, own, [mine])).toBe(2)
    const { body } = await gateway.ask(own, 'anna')
    expect(body).toMatchObject({ kind: 'quiz', question: 'Mine?' })
    expect(body.choices.sort()).toEqual(['Crème  brûlée', 'b', 'c'])
    expect((await gateway.answer(own, 'anna', 'CRÈME BRÛLÉE')).status).toBe(200)
    expect((await gateway.ask(other, 'anna')).body).toMatchObject({ question: 'For all?' })
    expect(refusal(await gateway.answer(other, 'anna', 'no'))).toBe('403 challenge_failed')
    await replaceQuestions(mysql, undefined, [])
  })
})

describe('proof of work', () => {
  let sale: number
  beforeAll(async () => {
    sale = await gateway.sell({ challenge: 'pow' })
  })

  test('solved, it gives one pass, 50 times at once', async () => {
    const { body } = await gateway.ask(sale, 'anna')
    expect(body).toMatchObject({ kind: 'pow', tries: 40 })
    const answer = await solve(body.challenge)
    expect(answer.solution.counter).toBeGreaterThanOrEqual(20)
    expect(answer.solution.counter).toBeLessThan(40)
    const said = await times(() => gateway.answer(sale, 'anna', answer))
    expect(said.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(said.filter(({ body: { code } }) => code === 'challenge_failed')).toHaveLength(TIMES - 1)
  })

  test('it helps only the buyer and the sale that were asked, and only as it was asked', async () => {
    const other = await gateway.sell({ challenge: 'pow' })
    const { body } = await gateway.ask(sale, 'berta')
    const answer = await solve(body.challenge)
    const { parameters } = answer.challenge
    const changed = (what: object) => ({ ...answer, challenge: { ...answer.challenge, ...what } })
    const wrong: [number, string, unknown][] = [
      [sale, 'clara', answer],
      [other, 'berta', answer],
      [sale, 'berta', { ...answer, solution: { ...answer.solution, derivedKey: '00'.repeat(32) } }],
      [sale, 'berta', changed({ parameters: { ...parameters, cost: 1 } })],
      [sale, 'berta', changed({ parameters: { ...parameters, expiresAt: 4_000_000_000 } })],
      [sale, 'berta', changed({ signature: answer.challenge.signature!.toUpperCase() })],
      [sale, 'berta', changed({ parameters: {} })],
      [sale, 'berta', 'abc'],
    ]
    for (const [at, buyer, sent] of wrong) {
      expect(refusal(await gateway.answer(at, buyer, sent)), JSON.stringify(sent)).toBe(
        '403 challenge_failed',
      )
    }
    expect((await gateway.answer(sale, 'berta', answer)).status).toBe(200)
  })

  test('after its time it is worth nothing, and under another key neither', async () => {
    const { redis } = gateway.stores
    const expired = Math.floor(Date.now() / 1000) - 1
    const old = await solve(
      await createProof(TICKET_SECRET, sale, 'dora', { triesMost: 4, expiresS: expired }),
    )
    expect(await tryProof(redis, [TICKET_SECRET], sale, 'dora', old)).toBe(false)
    const own = await solve(
      await createProof('not our secret', sale, 'dora', { triesMost: 4, expiresS: expired + 60 }),
    )
    expect(await tryProof(redis, [TICKET_SECRET], sale, 'dora', own)).toBe(false)
  })
})

describe('the pass', () => {
  let sale: number
  beforeAll(async () => {
    sale = await gateway.sell({ challenge: 'captcha', perUser: 2 })
  })

  test('without one there is no ticket, and nothing is written', async () => {
    const before = await tickets(sale)
    for (const body of [{}, { pass: '' }, { quantity: 2 }]) {
      expect(refusal(await gateway.join(sale, 'anna', body))).toBe('403 challenge_required')
    }
    for (const pass of ['x', '1.2.3', `${'9'.repeat(10)}.${'a'.repeat(16)}.${'b'.repeat(22)}`]) {
      expect(refusal(await gateway.join(sale, 'anna', { pass }))).toBe('403 challenge_failed')
    }
    expect(await tickets(sale)).toBe(before)
  })

  test("A's pass is nothing to B, nor in another sale, nor after its time", async () => {
    const pass = await earn(sale, 'berta')
    const other = await gateway.sell({ challenge: 'captcha' })
    expect(refusal(await gateway.join(sale, 'clara', { pass }))).toBe('403 challenge_failed')
    expect(refusal(await gateway.join(other, 'berta', { pass }))).toBe('403 challenge_failed')
    const old = signPass(TICKET_SECRET, sale, 'berta', Math.floor(Date.now() / 1000))
    expect(refusal(await gateway.join(sale, 'berta', { pass: old }))).toBe('403 challenge_failed')
    expect((await gateway.join(sale, 'berta', { pass })).status).toBe(202)
  })

  test('50 clicks at once with one pass: one ticket, and the same again without it', async () => {
    const before = await tickets(sale)
    const pass = await earn(sale, 'dora')
    const said = await times(() => gateway.join(sale, 'dora', { pass }))
    expect(said.map(({ status }) => status).sort()).toEqual([...Array(TIMES - 1).fill(200), 202])
    expect(new Set(said.map(({ body }) => body.ticket)).size).toBe(1)
    expect(await tickets(sale)).toBe(before + 1)
    for (const body of [{ pass }, {}, { pass: 'broken' }]) {
      const again = await gateway.join(sale, 'dora', body)
      expect([again.status, again.body.ticket]).toEqual([200, said[0]!.body.ticket])
    }
  })

  test('50 buyers at once with the pass of one: no ticket for any of the others', async () => {
    const before = await tickets(sale)
    const pass = await earn(sale, 'emma')
    const said = await times((i) => gateway.join(sale, i === 25 ? 'emma' : `thief${i}`, { pass }))
    expect(said.filter(({ status }) => status === 202)).toHaveLength(1)
    expect(said.filter(({ body }) => body.code === 'challenge_failed')).toHaveLength(TIMES - 1)
    expect(await tickets(sale)).toBe(before + 1)
  })

  test('it is good for one ticket: after leaving the line a new one is needed', async () => {
    const pass = await earn(sale, 'frieda')
    const { number } = (await gateway.join(sale, 'frieda', { pass })).body
    await leaveLine(gateway.stores.redis, sale, { buyer: 'frieda', number }, 1_000)
    // As a worker does who has recorded it.
    await gateway.stores.redis.hdel(saleKeys(sale).holder, 'frieda')
    expect(refusal(await gateway.join(sale, 'frieda', { pass }))).toBe('403 challenge_failed')
    expect((await gateway.join(sale, 'frieda', { pass: await earn(sale, 'frieda') })).status).toBe(202)
  })

  test('a click that gets no ticket does not use it', async () => {
    const small = await gateway.sell({ challenge: 'captcha', stock: 1, standby: 0 })
    expect((await gateway.join(small, 'first', { pass: await earn(small, 'first') })).status).toBe(202)
    const pass = await earn(small, 'second')
    expect(refusal(await gateway.join(small, 'second', { pass }))).toBe('503 line_full')
    await gateway.stores.redis.hset(saleKeys(small).card, 'standby', 1)
    expect((await gateway.join(small, 'second', { pass })).status).toBe(202)
  })

  test('got before the opening, it is good from the opening on', async () => {
    const opensAt = Date.now() + 2_500
    const early = await gateway.sell({ challenge: 'captcha', opensAt })
    const pass = await earn(early, 'anna')
    expect(Number(pass.split('.')[0])).toBe(Math.floor(opensAt / 1000) + 180)
    expect(refusal(await gateway.join(early, 'anna', { pass }))).toBe('409 not_open')
    await sleep(opensAt - Date.now() + 50)
    expect((await gateway.join(early, 'anna', { pass })).status).toBe(202)
  })

  test('used ones are remembered only as long as they are good', async () => {
    const { redis } = gateway.stores
    const { passes } = saleKeys(sale)
    await redis.zadd(passes, Math.floor(Date.now() / 1000) - 61, 'a pass of long ago')
    expect((await gateway.join(sale, 'greta', { pass: await earn(sale, 'greta') })).status).toBe(202)
    expect(await redis.zscore(passes, 'a pass of long ago')).toBeNull()
    expect(await redis.pttl(passes)).toBeGreaterThan(0)
  })
})

test('switched off, it asks for nothing, and a click needs no pass; switched on again, it does', async () => {
  const sale = await gateway.sell({ challenge: 'captcha' })
  gateway.askChallenges(false)
  try {
    expect((await gateway.ask(sale, 'anna')).body).toEqual({ kind: 'none' })
    expect((await gateway.join(sale, 'anna')).status).toBe(202)
  } finally {
    gateway.askChallenges(true)
  }
  expect(refusal(await gateway.join(sale, 'berta'))).toBe('403 challenge_required')
})

test('a sale without a challenge asks for nothing, and ends with the sale', async () => {
  const sale = await gateway.sell({})
  expect((await gateway.ask(sale, 'anna')).body).toEqual({ kind: 'none' })
  expect(refusal(await gateway.answer(sale, 'anna', 'x'))).toBe('409 conflict')
  expect((await gateway.join(sale, 'anna', { pass: 'whatever' })).status).toBe(202)
  expect(refusal(await gateway.ask(999_999, 'anna'))).toBe('404 unknown_sale')
  const over = await gateway.sell({
    challenge: 'captcha',
    opensAt: Date.now() - 9_000,
    closesAt: Date.now() - 5_000,
  })
  expect(refusal(await gateway.ask(over, 'anna'))).toBe('410 ended')
})
