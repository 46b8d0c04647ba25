import { solveChallenge } from 'altcha-lib'
import { deriveKey } from 'altcha-lib/algorithms/pbkdf2'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { signPass } from '../../contract/challenges/pass.ts'
import { answerKey } from '../../contract/keys.ts'
import { type Answer, call } from '../door/call.ts'
import { type AttackedShop, expectRefused, openAttackedShop } from './attacked-shop.ts'

// A challenge is answered by whoever it was put to, once; its pass is good for one ticket of that buyer in that sale.

let shop: AttackedShop
let other: number
beforeAll(async () => {
  shop = await openAttackedShop({ challenge: 'captcha', stock: 20 })
  other = await shop.sell({ challenge: 'captcha', stock: 20 })
})
afterAll(() => shop?.close())

let buyers = 0
const someone = () => `solver-${++buyers}`
const soonS = () => Math.floor(Date.now() / 1000) + 300

const ask = (sale: number, buyer: string) => shop.send('GET', `/api/sales/${sale}/challenge`, shop.as(buyer))
const say = (sale: number, buyer: string, answer: unknown) =>
  shop.send('POST', `/api/sales/${sale}/challenge`, shop.as(buyer), JSON.stringify({ answer }))
const join = (buyer: string, pass?: unknown, sale = shop.sale) =>
  shop.send('POST', `/api/sales/${sale}/orders`, shop.as(buyer), JSON.stringify({ pass }))
/** Past the door's limits, as many at once as one likes. */
const inside = (path: string, buyer: string, body: object, gateway = 0): Promise<Answer> =>
  call(shop.at.ports.gateways[gateway]!, 'POST', path, {
    headers: {
      ...{ 'content-type': 'application/json', 'x-user-id': buyer },
      'x-edge-key': shop.at.secrets.edgeKey,
    },
    body: JSON.stringify(body),
  })

/** What the test alone can know: Redis has it. */
async function rightAnswer(sale: number, buyer: string): Promise<string> {
  const kept = await shop.redis.get(answerKey(sale, buyer))
  return JSON.parse(kept!)[0]
}

async function earn(sale: number, buyer: string): Promise<string> {
  expect((await ask(sale, buyer)).status).toBe(200)
  const { status, json } = await say(sale, buyer, await rightAnswer(sale, buyer))
  expect([status, json.code]).toEqual([200, undefined])
  return json.pass
}

describe('a click', () => {
  test('without a pass, or with one of one’s own making', async () => {
    const { ticket, jwt, edgeKey } = shop.at.secrets
    const buyer = someone()
    await shop.refuses(() => join(buyer), 'challenge_required')
    const before = await shop.books()
    const good = signPass(ticket, shop.sale, buyer, soonS())
    const [expires, nonce, mac] = good.split('.') as [string, string, string]
    for (const pass of [
      ...['x', '..', 'null', `${soonS()}..`, 'a'.repeat(512), `${expires}.${nonce}.${'A'.repeat(22)}`],
      ...[signPass(jwt, shop.sale, buyer, soonS()), signPass(edgeKey, shop.sale, buyer, soonS())],
      // Good for another buyer, another sale, another time.
      signPass(ticket, shop.sale, 'somebody', soonS()),
      signPass(ticket, other, buyer, soonS()),
      signPass(ticket, shop.sale, buyer, soonS() - 1_000),
      ...[`${Number(expires) + 9_999}.${nonce}.${mac}`, `${expires}.${[...nonce].reverse().join('')}.${mac}`],
      ...[`${good}.`, `0${good}`, good.toUpperCase()],
    ])
      expectRefused(await inside(`/api/sales/${shop.sale}/orders`, buyer, { pass }), 'challenge_failed')
    expect(await shop.books()).toEqual(before)
  })

  test('with the pass of another buyer, or for another sale', async () => {
    const [honest, thief] = [someone(), someone()]
    const pass = await earn(shop.sale, honest)
    await shop.refuses(() => join(thief, pass), 'challenge_failed')
    expectRefused(await join(honest, pass, other), 'challenge_failed')
    // It is still good for whoever earned it, where it was earned.
    expect((await join(honest, pass)).status).toBe(202)
  })

  test('with one pass fifty times at once: one ticket; and after leaving, none', async () => {
    const buyer = someone()
    const pass = await earn(shop.sale, buyer)
    const path = `/api/sales/${shop.sale}/orders`
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, i) => inside(path, buyer, { pass }, i % 2)),
    )
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(1)
    expect(new Set(answers.map(({ json }) => json.ticket)).size).toBe(1)
    await shop.books()
    const [order] = (await shop.orders(shop.sale)).filter((one) => one.buyer === buyer)
    expect(
      (await shop.send('DELETE', `/api/orders/${shop.sale}-${order!.number}`, shop.as(buyer))).status,
    ).toBe(204)
    await shop.refuses(() => inside(path, buyer, { pass }), 'challenge_failed')
  })
})

describe('an answer', () => {
  test('guessed, again and again: few guesses are heard, all are refused', async () => {
    const buyer = someone()
    await ask(shop.sale, buyer)
    const said: number[] = []
    for (let i = 0; i < 25; i++) {
      const answer = await say(shop.sale, buyer, `guess${i}`)
      expect(['challenge_failed', 'too_many_requests']).toContain(answer.json.code)
      said.push(answer.status)
    }
    expect(said.filter((status) => status === 403).length).toBeLessThanOrEqual(10)
    expectRefused(await join(buyer), 'challenge_required')
  })

  test('of another buyer’s picture', async () => {
    const [honest, thief] = [someone(), someone()]
    await Promise.all([ask(shop.sale, honest), ask(shop.sale, thief)])
    const answer = await rightAnswer(shop.sale, honest)
    expectRefused(await say(shop.sale, thief, answer), 'challenge_failed')
    expect((await say(shop.sale, honest, answer)).status).toBe(200)
  })

  test('right, fifty times at once: one pass', async () => {
    const buyer = someone()
    await ask(shop.sale, buyer)
    const answer = await rightAnswer(shop.sale, buyer)
    const said = await Promise.all(
      Array.from({ length: 50 }, (_, i) =>
        inside(`/api/sales/${shop.sale}/challenge`, buyer, { answer }, i % 2),
      ),
    )
    expect(said.filter(({ status }) => status === 200)).toHaveLength(1)
    for (const one of said) if (one.status !== 200) expectRefused(one, 'challenge_failed')
  })

  test.each<[string, unknown]>([
    ['a list', ['x']],
    ['true', true],
    ['a number', 1],
    ['missing', undefined],
    ['a long text', 'x'.repeat(201)],
    ['an object', { toString: 'x' }],
    ['half a proof', { challenge: { parameters: {}, signature: 'x' } }],
  ])('that is %s', async (_, answer) => {
    const buyer = someone()
    await ask(shop.sale, buyer)
    await shop.refuses(() => say(shop.sale, buyer, answer), 'invalid_request')
  })

  test('pictures are not for the asking: one account gets some, the next one its own', async () => {
    const collector = someone()
    const pictures = await Promise.all(Array.from({ length: 30 }, () => ask(shop.sale, collector)))
    const got = pictures.filter(({ status }) => status === 200)
    expect(got.length).toBeLessThanOrEqual(10)
    for (const one of pictures) if (one.status !== 200) expect([429, 503]).toContain(one.status)
    expect(await earn(shop.sale, someone())).toEqual(expect.any(String))
  })
})

describe('a proof of work', () => {
  let work: number
  let solved: { challenge: unknown; solution: unknown }
  let worker: string
  beforeAll(async () => {
    work = await shop.sell({ challenge: 'pow' })
    worker = someone()
    const { json } = await ask(work, worker)
    const solution = await solveChallenge({ challenge: json.challenge, deriveKey })
    solved = { challenge: json.challenge, solution }
  })
  // biome-ignore lint/suspicious/noExplicitAny: it is bent here in every way
  const bent = (change: (proof: any) => void) => {
    const copy = structuredClone(solved)
    change(copy)
    return copy
  }
  const nested = (depth: number) => JSON.parse(`${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`)

  test('that is bent, not solved, somebody else’s or for another sale', async () => {
    const bad: unknown[] = [
      bent((proof) => Object.assign(proof.challenge.parameters, { cost: 1 })),
      // Work for the server instead: not done before the signature is asked.
      bent((proof) =>
        Object.assign(proof.challenge.parameters, { cost: 2_000_000_000, keyLength: 1_000_000 }),
      ),
      bent((proof) => Object.assign(proof.challenge.parameters, { expiresAt: soonS() + 9_999 })),
      bent((proof) => Object.assign(proof.challenge.parameters.data, { buyer: 'thief' })),
      bent((proof) => Object.assign(proof.challenge.parameters, { data: nested(300) })),
      bent((proof) => Object.assign(proof.challenge, { signature: '0'.repeat(64) })),
      bent((proof) => Object.assign(proof.solution, { counter: 1, derivedKey: '00' })),
      bent((proof) =>
        Object.assign(proof.solution, { derivedKey: `${proof.solution.derivedKey.toUpperCase()}0` }),
      ),
      'solved',
    ]
    const began = Date.now()
    for (const answer of bad)
      expectRefused(
        await inside(`/api/sales/${work}/challenge`, worker, { answer: answer as object }),
        'challenge_failed',
      )
    expect(Date.now() - began).toBeLessThan(10_000)
    for (const [sale, buyer] of [
      [work, 'thief'],
      [await shop.sell({ challenge: 'pow' }), worker],
    ] as const)
      expectRefused(
        await inside(`/api/sales/${sale}/challenge`, buyer, { answer: solved }),
        'challenge_failed',
      )
  })

  test('that is solved, fifty times at once: one pass, one ticket', async () => {
    const said = await Promise.all(
      Array.from({ length: 50 }, (_, i) =>
        inside(`/api/sales/${work}/challenge`, worker, { answer: solved }, i % 2),
      ),
    )
    const passes = said.filter(({ status }) => status === 200)
    expect(passes).toHaveLength(1)
    expect((await join(worker, passes[0]!.json.pass, work)).status).toBe(202)
    await shop.books(work)
    expect((await shop.orders(work)).map(({ buyer }) => buyer)).toEqual([worker])
  })
})

test('the books are in order after all this', async () => {
  expect((await shop.audit(shop.sale)).audit).toMatchObject({ ok: true })
})
