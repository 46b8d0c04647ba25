import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { SALE_CHANGED, saleKeys } from '../../contract/keys.ts'
import { createSale } from '../../ops/sales/create-sale.ts'
import { select } from '../../platform/mysql.ts'
import { type LentConsole, lendConsole, type Send } from './lend-console.ts'

let lent: LentConsole
let anna: Send
let bert: Send
let sale: number
beforeAll(async () => {
  lent = await lendConsole()
  ;[anna, bert] = [await lent.signIn('anna'), await lent.signIn('bert')]
})
afterAll(() => lent?.stop())

const newSale = async (input = {}, options = {}): Promise<number> =>
  (await createSale(lent, { title: 'a kettle', stock: 10, priceCents: 500, ...input }, options)).id
beforeEach(async () => {
  sale = await newSale()
})

const path = (step = '') => `/api/sales/${sale}${step}`
const show = async () => (await anna('GET', path())).json
const card = (...fields: string[]) => lent.redis.hmget(saleKeys(sale).card, ...fields)
const actions = async () => (await anna('GET', `/api/actions?sale=${sale}`)).json.actions

test('the list and one sale, with its books', async () => {
  expect((await anna('GET', '/api/sales')).json[0]).toMatchObject({ id: sale, title: 'a kettle', version: 2 })
  expect(await show()).toMatchObject({
    ...{ id: sale, phase: 'published', release: { batch: 10, everyMs: 100 }, version: 2 },
    ...{ stock: 10, sold: 0, paid: 0, held: 0, left: 10, waiting: 0, inFlight: 0 },
  })
})

test('with Redis empty the books are MySQL’s', async () => {
  await lent.redis.del(saleKeys(sale).card)
  expect(await show()).toMatchObject({ left: 10, waiting: null, inFlight: null })
})

test.each(['0', '99999', '-1', 'x', '1e3', '%2e%2e'])('sale %s is none', async (id) => {
  for (const route of ['', '/pause', '/release']) {
    const [method, body] =
      route === '' ? ['GET'] : route === '/pause' ? ['POST', {}] : ['PUT', { release: 'auto', version: 1 }]
    const answer = await anna(method as string, `/api/sales/${id}${route}`, body)
    expect(answer.json).toMatchObject({ status: 404 })
  }
})

test('pause, resume, close: MySQL, Redis, the word to gateways, and the record', async () => {
  const heard: string[] = []
  const subscriber = lent.redis.duplicate({ enableOfflineQueue: true })
  subscriber.on('message', (_channel, text: string) => void heard.push(text))
  await subscriber.subscribe(SALE_CHANGED)
  for (const [step, phase] of Object.entries({ pause: 'paused', resume: 'published', close: 'closed' })) {
    const { version } = await show()
    const answer = await anna('POST', path(`/${step}`), { version, reason: 'a drill' })
    expect(answer.json).toMatchObject({ phase, version: version + 1 })
    expect(await card('phase')).toEqual([phase])
  }
  await expect.poll(() => heard.filter((id) => id === String(sale)).length).toBe(3)
  subscriber.disconnect()
  expect(await actions()).toMatchObject([
    { action: 'sale.close', before: { phase: 'published' }, after: { phase: 'closed' } },
    { action: 'sale.resume', before: { phase: 'paused' }, after: { phase: 'published' } },
    {
      ...{ action: 'sale.pause', who: 'anna', role: 'operator', reason: 'a drill', address: '192.0.2.7' },
      ...{ before: { phase: 'published' }, after: { phase: 'paused' }, requestId: expect.any(String) },
    },
    { action: 'sale.publish', who: 'program' },
    { action: 'sale.create', who: 'program' },
  ])
})

test('what is so already is done again, and not recorded again', async () => {
  await anna('POST', path('/pause'), {})
  await lent.redis.hset(saleKeys(sale).card, 'phase', 'published')
  const before = (await actions()).length
  expect((await anna('POST', path('/pause'), {})).json).toMatchObject({ phase: 'paused', version: 3 })
  expect(await card('phase')).toEqual(['paused'])
  expect((await actions()).length).toBe(before)
})

test('the release rate, fixed and auto', async () => {
  expect((await anna('PUT', path('/release'), { release: '50/200', version: 2 })).json).toMatchObject({
    ...{ release: { batch: 50, everyMs: 200 }, version: 3 },
  })
  expect(await card('batch', 'every')).toEqual(['50', '200'])
  await anna('PUT', path('/release'), { release: 'auto', version: 3 })
  expect(await card('batch', 'every')).toEqual(['0', '0'])
  expect((await actions())[0]).toMatchObject({
    ...{ action: 'sale.release', before: { release: '50/200' }, after: { release: 'auto' } },
  })
})

test('how many may stand by', async () => {
  expect((await anna('PUT', path('/standby'), { standby: '50%', version: 2 })).json.standby).toBe(5)
  expect((await anna('PUT', path('/standby'), { standby: '7', version: 3 })).json.standby).toBe(7)
  expect(await card('standby')).toEqual(['7'])
})

test('a draft is published; again, nothing changes', async () => {
  sale = await newSale({ opensAt: Date.now() + 60_000 }, { draft: true })
  expect((await anna('POST', path('/publish'), { version: 1 })).json).toMatchObject({ phase: 'published' })
  expect((await anna('POST', path('/publish'), {})).json).toMatchObject({ phase: 'published', version: 2 })
})

test('a sale that has not opened is closed only by who means it, and the answer says what that is', async () => {
  sale = await newSale({ opensAt: Date.now() + 60_000 })
  const answer = await anna('POST', path('/close'), {})
  expect(answer.json).toMatchObject({ status: 409, code: 'conflict', confirm: 'unopened' })
  expect(answer.json.detail).toContain('never opens')
  expect((await show()).phase).toBe('published')
  expect((await anna('POST', path('/close'), { unopened: true })).json).toMatchObject({
    ...{ phase: 'closed', note: expect.stringContaining('before it opened') },
  })
})

test('what is over stays over', async () => {
  await anna('POST', path('/close'), {})
  for (const step of ['pause', 'resume', 'publish'])
    expect((await anna('POST', path(`/${step}`), {})).json).toMatchObject({ status: 409, code: 'conflict' })
  const release = await anna('PUT', path('/release'), { release: 'auto', version: 3 })
  expect(release.json).toMatchObject({ status: 409, detail: expect.stringContaining('is closed') })
})

test.each([
  ['PUT', '/release', { release: '0/100', version: 2 }, 'release'],
  ['PUT', '/release', { release: 'fast', version: 2 }, 'release'],
  ['PUT', '/release', { release: 7, version: 2 }, 'release'],
  ['PUT', '/release', { release: 'auto' }, 'version'],
  ['PUT', '/release', { release: 'auto', version: '2' }, 'version'],
  ['PUT', '/standby', { standby: '-1', version: 2 }, 'standby'],
  ['POST', '/pause', { versoin: 2 }, 'versoin'],
  ['POST', '/close', { version: 0 }, 'version'],
  ['POST', '/pause', { reason: 'x'.repeat(501) }, 'reason'],
])('%s %s %j is refused by field, and nothing changes', async (method, step, body, field) => {
  const answer = await anna(method, path(step), body)
  expect(answer.json).toMatchObject({ status: 400, code: 'invalid_request' })
  expect(answer.json.fields.map((one: { field: string }) => one.field)).toContain(field)
  expect(await show()).toMatchObject({ version: 2, phase: 'published' })
})

describe('two operators', () => {
  test('change the same value at once: one wins, the other hears of whom', async () => {
    for (let round = 0; round < 5; round++) {
      const { version } = await show()
      const rates = [`${20 + round}/100`, `${40 + round}/100`]
      const answers = await Promise.all([
        anna('PUT', path('/release'), { release: rates[0], version }),
        bert('PUT', path('/release'), { release: rates[1], version }),
      ])
      const [won, lost] = answers[0].status === 200 ? [0, 1] : [1, 0]
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 409])
      const winner = ['anna', 'bert'][won]
      expect(answers[lost]!.json).toMatchObject({
        code: 'conflict',
        version: version + 1,
        changed: { who: winner, action: 'sale.release', after: { release: rates[won] } },
      })
      for (const word of [winner, 'sale.release', rates[won]])
        expect(answers[lost]!.json.detail).toContain(word)
      // And what the winner said is what counts, in MySQL and in Redis.
      expect(await card('batch')).toEqual([rates[won]!.split('/')[0]])
    }
  })

  test('many changes at once, without a version: Redis ends with what MySQL has', async () => {
    await Promise.all(
      Array.from({ length: 10 }, (_, n) =>
        (n % 2 ? anna : bert)('POST', path(n % 3 ? '/pause' : '/resume'), {}),
      ),
    )
    const [row] = await select<{ phase: string }>(lent.mysql, 'SELECT phase FROM sales WHERE id = ?', [sale])
    expect(await card('phase')).toEqual([row!.phase])
  })
})

test('markup in a title comes out as data', async () => {
  const title = '<script>alert(1)</script>"&=cmd|1'
  sale = await newSale({ title })
  const answer = await anna('GET', path())
  expect(answer.json.title).toBe(title)
  expect(answer.headers['content-type']).toBe('application/json; charset=utf-8')
})
