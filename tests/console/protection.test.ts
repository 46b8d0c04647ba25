import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { select } from '../../platform/mysql.ts'
import { EDGE_KEY, type LentConsole, lendConsole, type SignedIn } from './lend-console.ts'
import { listRoutes } from './list-routes.ts'

let lent: LentConsole
// Signed in once for all: everything is refused here, so no session ends.
let anna: SignedIn
let bert: SignedIn
let vera: SignedIn
beforeAll(async () => {
  lent = await lendConsole()
  anna = await lent.signIn('anna')
  bert = await lent.signIn('bert')
  vera = await lent.signIn('vera')
})
afterAll(() => lent?.stop())

/** Every route of the app, those of other rooms too: whoever adds one has it tested here. */
const routes = await listRoutes()
/** What needs no session; nothing else may. */
const OPEN = ['POST /api/session', 'GET /internal/health', 'GET /internal/metrics']
/** What a viewer may do besides reading; an audit changes nothing. */
const ANY_ROLE = ['DELETE /api/session', 'DELETE /api/sessions', 'POST /api/sales/:id/audit']

const guarded = routes.filter((route) => !OPEN.includes(route))
const changing = guarded.filter((route) => !route.startsWith('GET '))
const call = (route: string): [method: string, path: string] => {
  const [method, path] = route.split(' ') as [string, string]
  return [method, path.replace(/:\w+/g, '7')]
}
const problem = (status: number, code: string) => ({ status, code })

test('there are routes', () => expect(guarded.length).toBeGreaterThan(1))

test.each(guarded)('%s: nobody without a session', async (route) => {
  const [method, path] = call(route)
  expect((await lent.nobody(method, path, {})).json).toMatchObject(problem(401, 'unauthenticated'))
})

test.each(guarded)('%s: nobody past nginx', async (route) => {
  for (const key of [undefined, '', 'x'.repeat(EDGE_KEY.length)]) {
    const answer = await anna(...call(route), {}, { headers: { 'x-edge-key': key } })
    expect(answer.json).toMatchObject(problem(404, 'not_found'))
  }
})

describe.each(changing)('%s', (route) => {
  test('not without the CSRF token of this session', async () => {
    for (const token of [undefined, '', bert.csrfToken]) {
      const answer = await anna(...call(route), {}, { headers: { 'x-csrf-token': token } })
      expect(answer.json).toMatchObject(problem(403, 'csrf_failed'))
    }
  })

  test('not from a page of another site', async () => {
    const foreign: Record<string, string>[] = [
      { origin: 'http://evil.test' },
      { origin: 'null' },
      { origin: 'http://ops.test:8090.evil.test' },
      { origin: 'http://ops.test:9999' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { origin: 'http://ops.test:8090', 'x-forwarded-proto': 'https' },
    ]
    for (const headers of foreign)
      expect((await anna(...call(route), {}, { headers })).json).toMatchObject(problem(403, 'csrf_failed'))
  })
})

test.each(changing.filter((route) => !ANY_ROLE.includes(route)))('%s: not by a viewer', async (route) => {
  expect((await vera(...call(route), {})).json).toMatchObject({
    ...problem(403, 'forbidden'),
    detail: expect.stringContaining('operator'),
  })
})

test('signing in, too, is for pages of the console', async () => {
  const answer = await lent.nobody('POST', '/api/session', {}, { headers: { origin: 'http://evil.test' } })
  expect(answer.json).toMatchObject(problem(403, 'csrf_failed'))
})

test('what machines ask is not there for whoever comes through nginx', async () => {
  for (const path of ['/internal/health', '/internal/metrics']) {
    expect((await lent.nobody('GET', path)).status).toBe(404)
    expect((await lent.nobody('GET', path, undefined, { headers: { 'x-edge-key': undefined } })).status).toBe(
      200,
    )
  }
})

test('refused changes are recorded, some of a flood', async () => {
  for (let n = 0; n < 30; n++) await vera('POST', '/api/no-such-thing', {})
  const rows = await select(
    ...([
      lent.mysql,
      "SELECT who, role, action FROM actions WHERE target = 'POST /api/no-such-thing'",
    ] as const),
  )
  expect(rows).toEqual([{ who: 'vera', role: 'viewer', action: 'refused.forbidden' }])
})
