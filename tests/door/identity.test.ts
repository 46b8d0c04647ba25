import { createHmac } from 'node:crypto'
import { SignJWT } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { call, pause, tokenOf } from './call.ts'
import { JWT_SECRET, type LentDoor, lendDoor } from './lend-door.ts'

let door: LentDoor
beforeAll(async () => {
  door = await lendDoor()
})
afterAll(() => door.stop())
beforeEach(() => {
  door.gateways[0]!.arrived.length = 0
})

const inS = (s: number): number => Math.floor(Date.now() / 1000) + s
const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** A token with any header and claims, signed for real. */
function craft(header: unknown, claims: unknown, secret = JWT_SECRET): string {
  const signed = `${part(header)}.${part(claims)}`
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`
}
const claim = (differences: object) => craft({ alg: 'HS256' }, { sub: 'anna', exp: inS(60), ...differences })

/** The code of a poll with this token; undefined when it passed. */
async function codeOf(token: string): Promise<string | undefined> {
  const answer = await call(door.flash, 'GET', '/api/orders', {
    headers: { authorization: `Bearer ${token}` },
  })
  expect(answer.status === 401).toBe(answer.json?.code === 'unauthenticated')
  return answer.json?.code
}

describe('a token is refused', () => {
  test('signed with another key', async () => {
    expect(await codeOf(await tokenOf('anna', 'another secret of 32 characters or more'))).toBe(
      'unauthenticated',
    )
  })

  test('changed after signing, in every part', async () => {
    const [header, claims, mac] = (await tokenOf('anna', JWT_SECRET)).split('.') as [string, string, string]
    const other = part({ sub: 'eve', exp: inS(60) })
    expect(await codeOf(`${header}.${other}.${mac}`)).toBe('unauthenticated')
    expect(await codeOf(`${part({ alg: 'HS256', typ: 'JWT' })}.${claims}.${mac}`)).toBe('unauthenticated')
    const flipped = mac[0] === 'A' ? `B${mac.slice(1)}` : `A${mac.slice(1)}`
    expect(await codeOf(`${header}.${claims}.${flipped}`)).toBe('unauthenticated')
    expect(await codeOf(`${header}.${claims}.`)).toBe('unauthenticated')
    expect(await codeOf(`${header}.${claims}`)).toBe('unauthenticated')
    expect(await codeOf(`${header}.${claims}.${mac}.`)).toBe('unauthenticated')
    expect(await codeOf(`${header}.${claims}.${mac}=`)).toBe('unauthenticated')
  })

  test.each(['none', 'None', 'RS256', 'HS512', 'hs256', '', null, ['HS256'], undefined])(
    'alg %j',
    async (alg) => {
      expect(await codeOf(craft({ alg }, { sub: 'anna', exp: inS(60) }))).toBe('unauthenticated')
      expect(await codeOf(`${part({ alg })}.${part({ sub: 'anna', exp: inS(60) })}.`)).toBe('unauthenticated')
    },
  )

  test('HS512 for real', async () => {
    const token = await new SignJWT({})
      .setProtectedHeader({ alg: 'HS512' })
      .setSubject('anna')
      .setExpirationTime('1m')
      .sign(new TextEncoder().encode(JWT_SECRET))
    expect(await codeOf(token)).toBe('unauthenticated')
  })

  test('with an extension that must be understood', async () => {
    const token = craft({ alg: 'HS256', crit: ['x'] }, { sub: 'anna', exp: inS(60) })
    expect(await codeOf(token)).toBe('unauthenticated')
  })

  test.each([
    ['expired', { exp: inS(-1) }],
    ['without exp', { exp: undefined }],
    ['exp as text', { exp: '99999999999' }],
    ['exp null', { exp: null }],
    ['not yet valid', { nbf: inS(30) }],
    ['nbf as text', { nbf: '0' }],
    ['without sub', { sub: undefined }],
    ['sub a number', { sub: 7 }],
    ['sub empty', { sub: '' }],
    ['sub too long', { sub: 'x'.repeat(129) }],
    ['sub with a space', { sub: 'an na' }],
    ['sub with a line end', { sub: 'anna\r\nX-Edge-Key: k' }],
    ['sub with a look-alike', { sub: 'аnna' }],
  ])('%s', async (_, differences) => {
    expect(await codeOf(claim(differences))).toBe('unauthenticated')
  })

  test('claims that are no object', async () => {
    for (const claims of [[], 'anna', 7, null, true]) {
      expect(await codeOf(craft({ alg: 'HS256' }, claims))).toBe('unauthenticated')
    }
    expect(await codeOf(craft(['HS256'], { sub: 'anna', exp: inS(60) }))).toBe('unauthenticated')
  })

  test('too long to be one', async () => {
    expect(await codeOf(claim({ more: 'x'.repeat(3000) }))).toBe('unauthenticated')
  })

  test('once it has expired, although it was verified and remembered before', async () => {
    // Good for 3 s at least: time enough to ask six times on a busy machine.
    const token = await tokenOf('short', JWT_SECRET, 4)
    const expiresAt = 1000 * (JSON.parse(atob(token.split('.')[1]!)) as { exp: number }).exp
    for (let n = 0; n < 6; n++) expect(await codeOf(token)).toBeUndefined()
    await pause(expiresAt - Date.now() + 100)
    for (let n = 0; n < 6; n++) expect(await codeOf(token)).toBe('unauthenticated')
  })
})

describe('a good token', () => {
  test.each(['anna', '!~', 'x'.repeat(128), 'a"b\\c'])(
    'of %s names the buyer to the gateway',
    async (sub) => {
      expect(await codeOf(await tokenOf(sub, JWT_SECRET))).toBeUndefined()
      expect(door.gateways[0]!.arrived[0]!.headers['x-user-id']).toBe(sub)
    },
  )

  test('may carry nbf in the past and more claims', async () => {
    expect(await codeOf(claim({ nbf: inS(-5), iat: inS(-5), name: 'Anna' }))).toBeUndefined()
  })

  test('may come as a cookie, which the header beats', async () => {
    const [anna, bert] = [await tokenOf('anna', JWT_SECRET), await tokenOf('bert', JWT_SECRET)]
    const cookie = `theme=dark; flash_token=${bert}`
    const { arrived } = door.gateways[0]!
    await call(door.flash, 'GET', '/api/orders', { headers: { cookie } })
    expect(arrived.at(-1)!.headers['x-user-id']).toBe('bert')
    await call(door.flash, 'GET', '/api/orders', { headers: { cookie, authorization: `bearer ${anna}` } })
    expect(arrived.at(-1)!.headers['x-user-id']).toBe('anna')
    const bad = await call(door.flash, 'GET', '/api/orders', {
      headers: { cookie, authorization: 'Basic eDp5' },
    })
    expect(bad.status).toBe(401)
  })
})
