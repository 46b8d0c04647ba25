import { afterAll, beforeAll, expect, test } from 'vitest'
import { changePassword, disableOperator } from '../../ops/operators/operators.ts'
import { select } from '../../platform/mysql.ts'
import { type LentConsole, lendConsole, PASSWORD } from './lend-console.ts'

let lent: LentConsole
beforeAll(async () => {
  lent = await lendConsole()
})
afterAll(() => lent?.stop())

const me = (cookie: string) => lent.nobody('GET', '/api/session', undefined, { headers: { cookie } })
const cookieIn = (answer: { headers: Record<string, unknown> }) => String(answer.headers['set-cookie'])

test('signing in: a cookie that no script reads, a role, a CSRF token; and out again', async () => {
  const answer = await lent.nobody('POST', '/api/session', { name: 'anna', password: PASSWORD })
  expect(answer.json).toEqual({
    ...{ name: 'anna', role: 'operator', csrf: expect.any(String), endsAt: expect.any(Number) },
  })
  expect(cookieIn(answer)).toMatch(/^ops_session=[\w.-]+; Max-Age=900; Path=\/; HttpOnly; SameSite=Strict$/)
  const overTls = await lent.nobody(
    ...(['POST', '/api/session', { name: 'anna', password: PASSWORD }] as const),
    { headers: { 'x-forwarded-proto': 'https' } },
  )
  expect(cookieIn(overTls)).toContain('Secure')
  const anna = await lent.signIn('anna')
  expect((await anna('GET', '/api/session')).json).toMatchObject({ name: 'anna', role: 'operator' })
  const out = await anna('DELETE', '/api/session')
  expect([out.status, cookieIn(out)]).toEqual([204, expect.stringContaining('Max-Age=0')])
  expect((await me(anna.cookie)).json).toMatchObject({ status: 401, code: 'unauthenticated' })
  // This session alone: the one at the other screen goes on.
  expect((await me(cookieIn(answer).replace(/;.*/, ''))).status).toBe(200)
})

test('signing out everywhere ends every session of the operator, and of nobody else', async () => {
  const [here, there, bert] = [
    await lent.signIn('anna'),
    await lent.signIn('anna'),
    await lent.signIn('bert'),
  ]
  expect(
    (await here('DELETE', '/api/sessions', undefined, { headers: { 'x-csrf-token': 'x' } })).status,
  ).toBe(403)
  expect((await me(there.cookie)).status).toBe(200)
  expect((await here('DELETE', '/api/sessions')).status).toBe(204)
  for (const { cookie } of [here, there]) expect((await me(cookie)).status).toBe(401)
  expect((await me(bert.cookie)).status).toBe(200)
})

test('a credential that was renewed a moment before ends with its session, and only what may still count is kept', async () => {
  const anna = await lent.signIn('anna')
  lent.later(120)
  const renewed = cookieIn(await me(anna.cookie)).replace(/;.*/, '')
  expect(renewed).not.toBe(anna.cookie)
  await anna('DELETE', '/api/session')
  expect((await me(renewed)).status).toBe(401)
  const rows = () => select<{ id: string }>(lent.mysql, 'SELECT id FROM ended_sessions')
  expect((await rows()).length).toBeGreaterThan(0)
  lent.later(9 * 3600)
  const next = await lent.signIn('anna')
  await next('DELETE', '/api/session')
  expect(await rows()).toHaveLength(1)
})

test('without Redis nobody signs in, and is told why; whoever is signed in goes on', async () => {
  const { cookie } = await lent.signIn('anna')
  lent.redis.disconnect()
  try {
    const answer = await lent.nobody('POST', '/api/session', { name: 'anna', password: PASSWORD })
    expect(answer.json).toMatchObject({ status: 503, code: 'unavailable' })
    expect(answer.json.detail).toContain('while Redis is away')
    expect((await me(cookie)).status).toBe(200)
  } finally {
    await lent.redis.connect()
  }
})

test('a session in use is renewed, one at rest ends after 15 minutes, and all end after 8 hours', async () => {
  const resting = await lent.signIn('anna')
  let { cookie } = await lent.signIn('bert')
  expect(cookieIn(await me(cookie))).toBe('undefined')
  lent.later(14 * 60)
  const renewed = await me(cookie)
  cookie = cookieIn(renewed).replace(/;.*/, '')
  expect(renewed.status).toBe(200)
  lent.later(2 * 60)
  expect((await me(resting.cookie)).status).toBe(401)
  expect((await me(cookie)).status).toBe(200)
  for (let passed = 16; passed < 8 * 60; passed += 14) {
    const answer = await me(cookie)
    expect(answer.status).toBe(200)
    cookie = cookieIn(answer).replace(/;.*/, '') || cookie
    lent.later(14 * 60)
  }
  lent.later(3 * 60)
  expect((await me(cookie)).status).toBe(401)
})

test('a new password, and being disabled, end what is open at once', async () => {
  await lent.add('carl', 'viewer')
  const carl = await lent.signIn('carl')
  await changePassword(lent.mysql, 'carl', 'another long password', { who: 'test' })
  expect((await me(carl.cookie)).status).toBe(401)
  await expect(lent.signIn('carl')).rejects.toThrow('unauthenticated')
  const again = await lent.signIn('carl', 'another long password')
  await disableOperator(lent.mysql, 'carl', { who: 'test' })
  expect((await me(again.cookie)).status).toBe(401)
  await expect(lent.signIn('carl', 'another long password')).rejects.toThrow('unauthenticated')
})

test('an unknown name, a disabled one and a wrong password have one answer', async () => {
  await lent.add('dora', 'viewer')
  await disableOperator(lent.mysql, 'dora', { who: 'test' })
  const answers = await Promise.all(
    [
      ['anna', 'wrong password'],
      ['nobody-of-this-name', PASSWORD],
      ['dora', PASSWORD],
      ["anna' OR 1=1 -- ", PASSWORD],
    ].map(([name, password]) => lent.nobody('POST', '/api/session', { name, password })),
  )
  expect(new Set(answers.map(({ text }) => text))).toEqual(new Set([answers[0]!.text]))
  expect(answers[0]!.json).toMatchObject({ status: 401, code: 'unauthenticated' })
})

test('guessing is limited by name and address, also side by side; the owner gets in from elsewhere', async () => {
  const from = (address: string, password: string) =>
    lent.nobody(
      'POST',
      '/api/session',
      { name: 'bert', password },
      { headers: { 'x-forwarded-for': address } },
    )
  const answers = []
  for (let at = 0; at < 20; at += 4)
    answers.push(
      ...(await Promise.all(Array.from({ length: 4 }, (_, n) => from('198.51.100.9', `guess number ${n}`)))),
    )
  expect(answers.filter(({ status }) => status === 401).length).toBeLessThanOrEqual(5)
  const limited = await from('198.51.100.9', PASSWORD)
  expect([limited.status, limited.headers['retry-after']]).toEqual([429, '300'])
  expect((await from('198.51.100.10', PASSWORD)).status).toBe(200)
  // A flood of guesses is a few rows, not one for each.
  const rows = await select<{ target: string }>(
    ...([lent.mysql, "SELECT target FROM actions WHERE address = '198.51.100.9'"] as const),
  )
  expect(rows.length).toBeGreaterThan(0)
  expect(rows.length).toBeLessThan(5)
  expect(rows[0]).toEqual({ target: 'sign-in as bert' })
})

test('a flood of guesses at a name from everywhere does not keep its owner out, where he has signed in before', async () => {
  await lent.add('emma', 'operator')
  const from = (address: string) =>
    lent.nobody(
      'POST',
      '/api/session',
      { name: 'emma', password: PASSWORD },
      { headers: { 'x-forwarded-for': address } },
    )
  expect((await from('192.0.2.50')).status).toBe(200)
  await lent.redis.set('sign-in:name emma', 1_000, 'EX', 300)
  expect((await from('192.0.2.50')).status).toBe(200)
  expect((await from('192.0.2.51')).status).toBe(429)
})

test('what was signed with another key, for another end or not at all is nobody', async () => {
  const { cookie } = await lent.signIn('anna')
  const [header, payload] = cookie.replace('ops_session=', '').split('.')
  const unsigned = Buffer.from('{"alg":"none"}').toString('base64url')
  for (const forged of [
    `${header}.${payload}.`,
    `${unsigned}.${payload}.`,
    `${header}.${payload}.AAAA`,
    'x',
    '',
  ])
    expect((await me(`ops_session=${forged}`)).status).toBe(401)
})

test('a wrong body is told by field', async () => {
  expect((await lent.nobody('POST', '/api/session', { name: 7, more: 1 })).json).toMatchObject({
    code: 'invalid_request',
    fields: expect.arrayContaining([
      { field: 'password', message: 'is missing' },
      { field: 'name', message: 'must be string' },
      { field: 'more', message: 'is not known here' },
    ]),
  })
})
