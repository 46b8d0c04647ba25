import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ERRORS, type ErrorCode } from '../../contract/errors.ts'
import { saleKeys } from '../../contract/keys.ts'
import { signTicket } from '../../contract/ticket.ts'
import { select } from '../../platform/mysql.ts'
import { type Answer, call } from '../door/call.ts'
import { openShop, type Shop } from '../lend-stack.ts'
import { borrowStack } from './borrow-stack.ts'

let shop: Shop
let sale: number
let upcoming: number
beforeAll(async () => {
  shop = await openShop(borrowStack())
  sale = await shop.sell({ perUser: 3 })
  upcoming = await shop.sell({ opensAt: Date.now() + 3_600_000 })
})
afterAll(() => shop?.close())

/**
 * Everything that a click, or a poll, could have changed: the books of these two sales, and the keys of sales that do not
 * exist. Other tests' sales on the same stack live on meanwhile: their orders expire, their lines are reconciled.
 */
async function readBooks() {
  const own = [sale, upcoming]
  const counts = ['orders', 'refusals'].map(
    (table) => `(SELECT COUNT(*) FROM ${table} WHERE sale_id IN (?)) AS ${table}`,
  )
  const [rows] = await select(
    shop.mysql,
    `SELECT ${counts.join(', ')}, SUM(sold) AS sold, (SELECT COUNT(*) FROM sales) AS sales FROM sales WHERE id IN (?)`,
    [own, own, own],
  )
  const card = await shop.redis.hmget(saleKeys(sale).card, 'next', 'waiting', 'flying', 'left')
  const idOf = (key: string) => Number(/^sale:\{(.+?)\}/.exec(key)?.[1])
  const known = (await select<{ id: number }>(shop.mysql, 'SELECT id FROM sales')).map(({ id }) => id)
  const keys = (await shop.redis.keys('sale:*')).filter(
    (key) => own.includes(idOf(key)) || !known.includes(idOf(key)),
  )
  return { rows, card, keys: keys.sort() }
}

let before: Awaited<ReturnType<typeof readBooks>>
beforeEach(async () => {
  before = await readBooks()
})

async function expectRefused(answer: Answer, code: ErrorCode) {
  expect([answer.status, answer.json?.code]).toEqual([ERRORS[code].status, code])
  expect(answer.headers['content-type']).toBe('application/problem+json')
  expect(answer.json.status).toBe(answer.status)
  expect(await readBooks()).toEqual(before)
}

let buyers = 0
/** A buyer of one's own for each case: the door lets one click through in two seconds. */
const signedIn = () => ({ authorization: `Bearer ${shop.token(`bad${++buyers}`)}` })
const JSON_TYPE = { 'content-type': 'application/json' }

const send = (method: string, path: string, headers: Record<string, string> = {}, body?: string) =>
  call(shop.at.ports.flash, method, path, { headers, ...(body === undefined ? {} : { body }) })

const orders = () => `/api/sales/${sale}/orders`

describe('a click', () => {
  test.each(['999999', '0', '-1', '01', 'abc', '1.5', '99999999999999999999', "1'--"])(
    'for sale %s, which does not exist',
    async (id) => {
      const path = `/api/sales/${id}/orders`
      await expectRefused(await send('POST', path, { ...signedIn(), ...JSON_TYPE }, '{}'), 'unknown_sale')
    },
  )

  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const forge = (header: object, claims: object, secret: string) => {
    const signed = `${part(header)}.${part(claims)}`
    return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`
  }
  const inAnHour = Math.floor(Date.now() / 1000) + 3600
  test.each<[string, () => string | undefined]>([
    ['no token', () => undefined],
    ['an empty token', () => ''],
    ['no JWT', () => 'abc'],
    ['an expired token', () => shop.token('late', -1)],
    ['another secret', () => forge({ alg: 'HS256' }, { sub: 'eve', exp: inAnHour }, 'x'.repeat(40))],
    ['no algorithm', () => `${part({ alg: 'none' })}.${part({ sub: 'eve', exp: inAnHour })}.`],
    ['no buyer', () => forge({ alg: 'HS256' }, { exp: inAnHour }, shop.at.secrets.jwt)],
    ['no expiry', () => forge({ alg: 'HS256' }, { sub: 'eve' }, shop.at.secrets.jwt)],
    [
      'a buyer with a line break',
      () => forge({ alg: 'HS256' }, { sub: 'e\nve', exp: inAnHour }, shop.at.secrets.jwt),
    ],
    [
      'claims of another token',
      () => shop.token('eve').replace(/\.[\w-]+\./, `.${part({ sub: 'adam', exp: inAnHour })}.`),
    ],
  ])('with %s', async (_, token) => {
    const text = token()
    const headers = { ...JSON_TYPE, ...(text === undefined ? {} : { authorization: `Bearer ${text}` }) }
    await expectRefused(await send('POST', orders(), headers, '{}'), 'unauthenticated')
  })

  test('with a name of its own choice', async () => {
    const headers = { ...JSON_TYPE, 'x-user-id': 'eve', 'x-edge-key': shop.at.secrets.edgeKey }
    await expectRefused(await send('POST', orders(), headers, '{}'), 'unauthenticated')
  })

  test.each(['GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])('with the method %s', async (method) => {
    const answer = await send(method, orders(), signedIn())
    expect(answer.headers.allow).toBe('POST')
    await expectRefused(answer, 'method_not_allowed')
  })

  test.each(['text/plain', 'application/x-www-form-urlencoded', 'application/jsonp', 'multipart/form-data'])(
    'with the type %s',
    async (type) => {
      const answer = await send('POST', orders(), { ...signedIn(), 'content-type': type }, '{}')
      await expectRefused(answer, 'unsupported_type')
    },
  )

  test('larger than 4 KB', async () => {
    const body = JSON.stringify({ pass: 'x'.repeat(4_096) })
    await expectRefused(await send('POST', orders(), { ...signedIn(), ...JSON_TYPE }, body), 'too_large')
  })

  const deep = (depth: number) => `${'{"quantity":'.repeat(depth)}1${'}'.repeat(depth)}`
  test.each([
    ['half a body', '{"quantity":'],
    ['no JSON', 'quantity=1'],
    ['null', 'null'],
    ['a list', '[]'],
    ['a text', '"1"'],
    ['a number', '1'],
    ['deep lists', '['.repeat(2_000) + ']'.repeat(2_000)],
    ['deep objects', deep(200)],
    ['__proto__', '{"__proto__":{"quantity":2}}'],
    ['constructor.prototype', '{"constructor":{"prototype":{"quantity":2}}}'],
    ['a NUL', '{"quantity":1}\u0000'],
    ['a byte order mark and rubbish', '\ufeff{]'],
    ['a pass that is no text', '{"pass":1}'],
    ['a pass that is too long', JSON.stringify({ pass: 'x'.repeat(600) })],
  ])('with a body of %s', async (_, body) => {
    await expectRefused(
      await send('POST', orders(), { ...signedIn(), ...JSON_TYPE }, body),
      'invalid_request',
    )
  })

  test.each(['', 'x', 'y'.repeat(40)])(
    'straight at a gateway, past the door, with the key "%s"',
    async (key) => {
      const headers = { ...JSON_TYPE, 'x-user-id': 'eve', ...(key === '' ? {} : { 'x-edge-key': key }) }
      for (const gateway of shop.at.ports.gateways)
        await expectRefused(await call(gateway, 'POST', orders(), { headers, body: '{}' }), 'not_found')
    },
  )

  test('before the opening', async () => {
    const answer = await send('POST', `/api/sales/${upcoming}/orders`, { ...signedIn(), ...JSON_TYPE }, '{}')
    expect(answer.json.opensAt).toBeGreaterThan(Date.now())
    await expectRefused(answer, 'not_open')
  })
})

describe('a ticket', () => {
  const ticket = (differences: object = {}, secret = shop.at.secrets.ticket) =>
    signTicket(secret, { sale, number: 1, quantity: 1, expiresS: 4e9, buyer: 'holder', ...differences })

  test.each<[string, () => string]>([
    ['rubbish', () => 'abc'],
    ['forged', () => ticket({}, 'y'.repeat(40))],
    ['with another number', () => ticket().replace(/^\d+\.1\./, `${sale}.2.`)],
    ['expired', () => ticket({ expiresS: 1 })],
    ['of another buyer', () => ticket({ buyer: 'somebody' })],
  ])('%s', async (_, text) => {
    const headers = { authorization: `Bearer ${shop.token('holder')}` }
    const path = `/api/tickets/${text()}`
    await expectRefused(await send('GET', path, headers), 'unknown_ticket')
    await expectRefused(await send('DELETE', path, headers), 'unknown_ticket')
    await expectRefused(await send('GET', path), 'unauthenticated')
  })

  test('of a number that was never handed out is not put into the line', async () => {
    const headers = { authorization: `Bearer ${shop.token('holder')}` }
    const answer = await send('GET', `/api/tickets/${ticket({ number: 9_999_999 })}`, headers)
    expect(answer.status).toBeLessThan(500)
    expect(await readBooks()).toEqual(before)
  })
})

describe('everything else', () => {
  test.each(['1-1', '0-0', 'abc', '1', '999999999999-1', '1-99999999999999999', "1-1'"])(
    'order %s, which is not the buyer’s',
    async (order) => {
      const path = `/api/orders/${encodeURIComponent(order)}`
      const answer = await send('GET', path, signedIn())
      await expectRefused(answer, /^[\w.-]+$/.test(order) ? 'unknown_order' : 'not_found')
    },
  )

  test.each<[string, string, ErrorCode]>([
    ['GET', '/api/orders', 'unauthenticated'],
    ['POST', '/api/orders', 'method_not_allowed'],
    ['POST', '/api/time', 'method_not_allowed'],
    ['PUT', '/api/sales', 'method_not_allowed'],
    ['DELETE', '/api/sales/1', 'method_not_allowed'],
    ['GET', '/api/sales/999999', 'unknown_sale'],
    ['GET', '/api/sales/abc', 'unknown_sale'],
    ['GET', '/api', 'not_found'],
    ['GET', '/api/nothing', 'not_found'],
    ['GET', '/internal/health', 'not_found'],
    ['GET', '/internal/metrics', 'not_found'],
    ['GET', `/api/tickets/${'x'.repeat(400)}`, 'not_found'],
  ])('%s %s is %s', async (method, path, code) => {
    await expectRefused(await send(method, path), code)
  })
})
