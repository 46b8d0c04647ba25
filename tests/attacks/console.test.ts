import { type ClientHttp2Session, connect, type OutgoingHttpHeaders } from 'node:http2'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { select } from '../../platform/mysql.ts'
import { call } from '../door/call.ts'
import { openShop, type Shop } from '../lend-stack.ts'
import { borrowStack } from '../line/borrow-stack.ts'
import { exchange } from './raw.ts'

let shop: Shop
let cookie: string
let csrf: string
const ops = () => shop.at.ports.ops

beforeAll(async () => {
  shop = await openShop(borrowStack())
  const { name, password } = shop.at.console!
  const answer = await call(ops(), 'POST', '/api/session', {
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name, password }),
  })
  expect(answer.status, answer.text).toBe(200)
  cookie = String(answer.headers['set-cookie']).replace(/;.*/, '')
  csrf = answer.json.csrf
})
afterAll(() => shop?.close())

const me = () => call(ops(), 'GET', '/api/session', { headers: { cookie } })

/** Spellings of the console's addresses, and of what machines ask each other there. */
const TARGETS = [
  '/api/session',
  '/api/actions',
  '/api/switches',
  '//api/session',
  '/./api/session',
  '/api//session',
  '/api/./session',
  '/api/sales/../session',
  '/api/sales/7/../../session',
  '/api/sales/%2e%2e/session',
  '/api/sales/%2e%2e%2fsession',
  '/api%2fsession',
  '/api/%73ession',
  '/%61pi/session',
  '/api/session/',
  '/api/session?x=1',
  '/api/session%00',
  '/api/session%20',
  '/api/session;x',
  '/api/session%3fx',
  '/api\\session',
  '/API/session',
  '/assets/../api/session',
  '/assets/..%2fapi/session',
  '/-/../api/session',
  '/-/click/../../api/session',
  '/internal/health',
  '/internal/../internal/metrics',
  '/%69nternal/metrics',
  '/api/../internal/metrics',
  '/api/%2e%2e/internal/metrics',
  '/api/sales/7/../../../internal/metrics',
  '/console.html',
  '/console.html.gz',
  '/./console.html',
  '/%63onsole.html',
  '/sales/../console.html',
]

describe('from the flash domain nothing reaches the console, whatever its spelling', () => {
  /** A request by somebody who even has a good session: what gets there would answer it. */
  const ask = (line: string, host: string, more = '') =>
    `${line} HTTP/1.1\r\nHost: ${host}\r\nCookie: ${cookie}\r\nX-CSRF-Token: ${csrf}\r\n${more}Connection: close\r\n\r\n`

  const refuses = async (bytes: string) => {
    const [answer] = await exchange(shop.at.ports.flash, bytes, { quietMs: 200 })
    const seen = `${bytes.split('\r\n')[0]} -> ${answer?.status} ${answer?.body.slice(0, 200)}`
    expect([400, 404, 405, 421], seen).toContain(answer?.status)
    expect(answer!.body, seen).not.toMatch(/"csrf"|admin|sluice_|process_cpu|Sluice ops/)
    expect(answer!.head, seen).not.toMatch(/ops_session/)
  }

  test.each(TARGETS)('GET %s', async (target) => {
    for (const host of ['flash.localhost', 'ops.localhost', `ops.localhost:${ops()}`])
      await refuses(ask(`GET ${target}`, host))
  })

  test('in absolute form, with headers that name another place, or as another host', async () => {
    const host = `ops.localhost:${ops()}`
    for (const line of [
      `GET http://${host}/api/session`,
      `GET http://127.0.0.1:${shop.at.ports.console}/api/session`,
      'GET http:///api/session',
    ])
      await refuses(ask(line, 'ops.localhost'))
    for (const header of [
      `X-Forwarded-Host: ${host}`,
      'X-Original-URL: /api/session',
      'X-Rewrite-URL: /api/session',
      'X-Accel-Redirect: /api/session',
      `X-Edge-Key: ${shop.at.secrets.edgeKey}`,
      `Forwarded: host=${host}`,
    ])
      await refuses(ask('GET /api/session', 'ops.localhost', `${header}\r\n`))
  })

  test('nor over HTTP/2, whatever place its authority names', async () => {
    const { ops, console: behind, flashTls } = shop.at.ports
    const session = connect(`https://127.0.0.1:${flashTls}`, { rejectUnauthorized: false })
    try {
      for (const authority of ['ops.localhost', `ops.localhost:${ops}`, `127.0.0.1:${behind}`])
        for (const path of [
          '/api/session',
          '/api/actions',
          '/console.html',
          '/internal/metrics',
          '//api/session',
        ]) {
          const told = await askOver(session, {
            ...{ ':authority': authority, ':path': path, cookie, 'x-csrf-token': csrf },
            ...{ 'x-edge-key': shop.at.secrets.edgeKey, 'x-original-url': '/api/session' },
          })
          const seen = `${authority}${path} -> ${told.status} ${told.body.slice(0, 200)}`
          expect([400, 404, 405, 421], seen).toContain(told.status)
          expect(told.body, seen).not.toMatch(/"csrf"|admin|sluice_|process_cpu|Sluice ops/)
        }
    } finally {
      session.destroy()
    }
  })

  test('signing out there signs nobody out', async () => {
    await refuses(ask('DELETE /api/session', `ops.localhost:${ops()}`))
    expect((await me()).status).toBe(200)
  })
})

/** One request on a stream of its own. */
function askOver(
  session: ClientHttp2Session,
  headers: OutgoingHttpHeaders,
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const stream = session.request(headers)
    let status = 0
    let body = ''
    stream.on('response', (got) => {
      status = Number(got[':status'])
    })
    stream.on('data', (chunk) => {
      body += chunk
    })
    stream.on('error', reject)
    stream.on('close', () => resolve({ status, body }))
    stream.end()
  })
}

describe('on the ops domain', () => {
  test.each([
    '/internal/health',
    '/internal/metrics',
    '/api/../internal/metrics',
    '/api/%2e%2e/internal/metrics',
    '/api/%2e%2e%2finternal/metrics',
    '/api//../internal/metrics',
    '/internal/../api/../internal/metrics',
  ])('%s is not there', async (target) => {
    const bytes = `GET ${target} HTTP/1.1\r\nHost: ops.localhost\r\nCookie: ${cookie}\r\nConnection: close\r\n\r\n`
    const [answer] = await exchange(ops(), bytes, { quietMs: 200 })
    expect([400, 404]).toContain(answer?.status)
    expect(answer!.body).not.toMatch(/process_cpu|"redis"/)
  })

  test('headers of one’s own count for nothing: neither key nor address', async () => {
    const { name } = shop.at.console!
    const answer = await call(ops(), 'POST', '/api/session', {
      headers: {
        'content-type': 'application/json',
        'x-forwarded-for': '203.0.113.66',
        'x-edge-key': 'x',
        'x-request-id': 'chosen-by-me',
        'x-forwarded-proto': 'https',
      },
      body: JSON.stringify({ name, password: 'not the password' }),
    })
    expect(answer.status).toBe(401)
    const read = () =>
      select<{ address: string; request_id: string }>(
        shop.mysql,
        "SELECT address, request_id FROM actions WHERE action LIKE 'refused.%' ORDER BY id DESC LIMIT 1",
      )
    await expect.poll(async () => (await read())[0]?.address).toBe('127.0.0.1')
    expect((await read())[0]?.request_id).not.toBe('chosen-by-me')
  })
})

test('past nginx the console answers nobody', async () => {
  for (const key of ['', 'x', shop.at.secrets.edgeKey.slice(0, -1), `${shop.at.secrets.edgeKey}x`]) {
    const answer = await call(shop.at.ports.console, 'GET', '/api/session', {
      headers: { cookie, 'x-edge-key': key },
    })
    expect(answer.json).toMatchObject({ status: 404, code: 'not_found' })
  }
})
