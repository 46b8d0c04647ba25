import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Answer, call, sendRaw, tokenOf } from './call.ts'
import { JWT_SECRET, type LentDoor, lendDoor } from './lend-door.ts'
import { openSale } from './sale-cards.ts'

let door: LentDoor
let token: string
let headers: Record<string, string>
beforeAll(async () => {
  door = await lendDoor()
  await writeFile(join(door.run, 'www', 'index.html'), '<!doctype html>')
  await door.publish(openSale(1), openSale(2, { soldOut: true }))
  token = await tokenOf('anna', JWT_SECRET)
  headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
})
afterAll(() => door.stop())
beforeEach(() => {
  for (const gateway of door.gateways) gateway.arrived.length = 0
})
const arrived = () => door.gateways.flatMap((gateway) => gateway.arrived)
const brief = ({ status, json, headers }: Answer) => [status, json?.code, headers['content-type']]
const PROBLEM = 'application/problem+json'

test.each([
  ['GET', '/api/sales/1/orders', 'POST'],
  ['DELETE', '/api/sales/1', 'GET, HEAD'],
  ['POST', '/api/sales', 'GET, HEAD'],
  ['POST', '/api/time', 'GET, HEAD'],
  ['PUT', '/api/tickets/1.1.1', 'GET, HEAD, DELETE'],
  ['POST', '/api/orders', 'GET, HEAD'],
  ['PATCH', '/api/orders/1-1', 'GET, HEAD, DELETE'],
  ['GET', '/api/orders/1-1/payment', 'POST'],
  ['GET', '/api/payments/webhook', 'POST'],
  ['DELETE', '/dev/sign-in', 'GET, HEAD, POST'],
  ['OPTIONS', '/api/sales/1/orders', 'POST'],
])('%s %s is 405 with Allow', async (method, path, allow) => {
  const answer = await call(door.flash, method, path, { headers })
  expect([...brief(answer), answer.headers.allow]).toEqual([405, 'method_not_allowed', PROBLEM, allow])
  expect(arrived()).toEqual([])
})

test.each(['POST', 'PUT', 'DELETE'])('%s on a page is 405', async (method) => {
  const answer = await call(door.flash, method, '/')
  expect([...brief(answer), answer.headers.allow]).toEqual([405, 'method_not_allowed', PROBLEM, 'GET, HEAD'])
})

test.each([
  'text/plain',
  'application/x-www-form-urlencoded',
  'application/jsonp',
  'application/json/x',
  'json',
])('a body of type %s is 415', async (type) => {
  for (const path of [
    '/api/sales/1/orders',
    '/api/orders/1/payment',
    '/dev/sign-in',
    '/api/payments/webhook',
  ]) {
    const answer = await call(door.flash, 'POST', path, {
      headers: { ...headers, 'content-type': type },
      body: '{}',
    })
    expect(brief(answer), path).toEqual([415, 'unsupported_type', PROBLEM])
  }
  expect(arrived()).toEqual([])
})

test('JSON with a charset passes, so does no body at all; a body without a type does not', async () => {
  const post = (headers: Record<string, string>, body?: string) =>
    call(door.flash, 'POST', '/api/payments/webhook', body === undefined ? { headers } : { headers, body })
  expect((await post({ 'content-type': 'application/json; charset=utf-8' }, '{}')).status).toBe(202)
  expect((await post({ 'content-type': 'Application/JSON' }, '{"a":1}')).status).toBe(202)
  expect((await post({ 'content-length': '0' })).status).toBe(202)
  expect(new Set(arrived().map(({ body }) => body))).toEqual(new Set(['{}', '{"a":1}', '']))
  expect((await post({ 'content-length': '2' }, '{}')).status).toBe(415)
  expect((await post({ 'transfer-encoding': 'chunked' }, '{}')).status).toBe(415)
})

test('4 KB pass, one byte more is 413, announced or not', async () => {
  const big = 'x'.repeat(4097)
  const path = '/api/payments/webhook'
  expect((await call(door.flash, 'POST', path, { headers, body: big.slice(1) })).status).toBe(202)
  expect(arrived()[0]!.body.length).toBe(4096)
  expect(brief(await call(door.flash, 'POST', path, { headers, body: big }))).toEqual([
    413,
    'too_large',
    PROBLEM,
  ])
  const chunked = { ...headers, 'transfer-encoding': 'chunked' }
  expect(brief(await call(door.flash, 'POST', path, { headers: chunked, body: big }))).toEqual([
    413,
    'too_large',
    PROBLEM,
  ])
  expect(arrived()).toHaveLength(1)
})

test('what nginx itself can not read is 400', async () => {
  const bad = [
    'GET / HTTP/1.1\r\n\r\n',
    'GET /%00 HTTP/1.1\r\nHost: f\r\n\r\n',
    'GET /../x HTTP/1.1\r\nHost: f\r\n\r\n',
  ]
  bad.push(`GET /${'x'.repeat(9000)} HTTP/1.1\r\nHost: f\r\n\r\n`)
  bad.push(`GET / HTTP/1.1\r\nHost: f\r\nX-Long: ${'x'.repeat(9000)}\r\n\r\n`)
  for (const text of bad) {
    const answer = await sendRaw(door.flash, [text])
    expect(answer, text.slice(0, 40)).toMatch(/^HTTP\/1.1 400 /)
    expect(answer).toContain('"code":"invalid_request"')
  }
})

test.each([
  '/api',
  '/api/',
  '/api/nothing',
  '/api/sales/1/orders/2',
  '/api/tickets/',
  '/api/tickets/a%20b',
  '/internal/health',
])('%s is nowhere', async (path) => {
  expect(brief(await call(door.flash, 'GET', path, { headers }))).toEqual([404, 'not_found', PROBLEM])
  expect(arrived()).toEqual([])
})

test.each([
  '/api/orders/../../internal/health',
  '/api/orders/..%2f..%2finternal/metrics',
  '//internal/metrics',
  '/%69nternal/health',
])('%s is no way to the inside', async (path) => {
  const raw = `GET ${path} HTTP/1.1\r\nHost: f\r\nConnection: close\r\nAuthorization: Bearer ${token}\r\n\r\n`
  expect(await sendRaw(door.flash, [raw])).toMatch(/^HTTP\/1.1 404 /)
  expect(arrived()).toEqual([])
})

test('a gateway sees the path that was checked, not the way it was spelled', async () => {
  const raw = `POST /api//sales/2/../%31/orders?x=1 HTTP/1.1\r\nHost: f\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: 2\r\nAuthorization: Bearer ${token}\r\n\r\n{}`
  expect(await sendRaw(door.flash, [raw])).toMatch(/^HTTP\/1.1 202 /)
  expect(arrived().map(({ path }) => path)).toEqual(['/api/sales/1/orders'])
})

test.each([
  ['/api/sales/2/orders', 410, 0],
  ['/api/sales/2/orders', 410, 200],
  ['/api/nothing', 404, 0],
  ['/api/nothing', 404, 200],
  ['/', 405, 0],
])(
  'the body of a refused POST %s (%d) is not taken for the next request, also %d ms late',
  async (path, status, ms) => {
    const inner = 'GET /api/orders HTTP/1.1\r\nHost: f\r\n\r\n'
    const post = `POST ${path} HTTP/1.1\r\nHost: f\r\nContent-Type: application/json\r\nContent-Length: ${inner.length}\r\n\r\n`
    const last = 'GET /api/time HTTP/1.1\r\nHost: f\r\nConnection: close\r\n\r\n'
    const answer = await sendRaw(door.flash, ms === 0 ? [post + inner + last] : [post, inner + last], ms)
    expect(answer.match(/HTTP\/1\.1 \d+/g)).toEqual([`HTTP/1.1 ${status}`, 'HTTP/1.1 200'])
  },
)
