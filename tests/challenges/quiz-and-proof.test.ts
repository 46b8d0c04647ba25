import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createProof, tryProof } from '../../contract/challenges/proof.ts'
import { replaceQuestions } from '../../contract/challenges/quiz.ts'
import { refusal, solve, TIMES, times } from './challenge-steps.ts'
import { type LentGateway, lendGateway, TICKET_SECRET } from './lend-gateway.ts'

// Real servers on a machine that runs other tests beside these.
let gateway: LentGateway
beforeAll(async () => {
  gateway = await lendGateway()
})
afterAll(() => gateway?.stop())

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
