import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pause } from '../door/call.ts'
import { type AttackedShop, expectRefused, openAttackedShop } from './attacked-shop.ts'
import { craftToken, inS } from './craft-token.ts'

// Whoever signs his own token, bends a good one or sends two is nobody, on every call.

let shop: AttackedShop
let jwt: string
beforeAll(async () => {
  shop = await openAttackedShop()
  jwt = shop.at.secrets.jwt
})
afterAll(() => shop?.close())

const HS256 = { alg: 'HS256', typ: 'JWT' }
const eve = (more: object = {}) => ({ sub: 'eve', exp: inS(600), ...more })

const FORGED: [string, () => string][] = [
  ['signed with a guessed key', () => craftToken(HS256, eve(), 'secret')],
  ['signed with nothing', () => craftToken(HS256, eve(), '')],
  ['unsigned, by its own word', () => craftToken({ alg: 'none' }, eve())],
  ['unsigned, in mixed case', () => craftToken({ alg: 'nOnE' }, eve())],
  ['unsigned, and without an algorithm', () => craftToken({ typ: 'JWT' }, eve())],
  ['of `none` with a MAC', () => craftToken({ alg: 'none' }, eve(), jwt)],
  ['of RS256 with a MAC of the HS key', () => craftToken({ alg: 'RS256' }, eve(), jwt)],
  ['of ES256 with a MAC of the HS key', () => craftToken({ alg: 'ES256' }, eve(), jwt)],
  ['of HS512 by its header', () => craftToken({ alg: 'HS512' }, eve(), jwt)],
  ['of another environment', () => craftToken(HS256, eve(), `staging-${jwt}`)],
  ['signed with the ticket key', () => craftToken(HS256, eve(), shop.at.secrets.ticket)],
  ['signed with the edge key', () => craftToken(HS256, eve(), shop.at.secrets.edgeKey)],
  ['signed with the webhook key', () => craftToken(HS256, eve(), shop.at.secrets.webhook)],
  [
    'that brings its own key along',
    () =>
      craftToken(
        { ...HS256, jwk: { kty: 'oct', k: Buffer.from('mine').toString('base64url') } },
        eve(),
        'mine',
      ),
  ],
  ['that says where its key lies', () => craftToken({ ...HS256, jku: 'http://127.0.0.1/k' }, eve(), 'mine')],
  ['whose key is a file', () => craftToken({ ...HS256, kid: '../../../../dev/null' }, eve(), '')],
  ['of a key that nobody has', () => craftToken({ ...HS256, kid: 'stolen' }, eve(), jwt)],
  ['of a key named in a list', () => craftToken({ ...HS256, kid: ['current'] }, eve(), jwt)],
  ['of a key that Lua has', () => craftToken({ ...HS256, kid: '__index' }, eve(), jwt)],
  ['with an extension to understand', () => craftToken({ ...HS256, crit: ['b64'], b64: false }, eve(), jwt)],
  ['expired', () => craftToken(HS256, eve({ exp: inS(-1) }), jwt)],
  ['that never expires', () => craftToken(HS256, { sub: 'eve' }, jwt)],
  ['that expires at 1e400', () => craftToken(HS256, '{"sub":"eve","exp":1e400}', jwt)],
  ['that expires in words', () => craftToken(HS256, eve({ exp: '9999999999' }), jwt)],
  ['not yet valid', () => craftToken(HS256, eve({ nbf: inS(60) }), jwt)],
  ['giant, and signed', () => craftToken(HS256, eve({ more: 'x'.repeat(4_000) }), jwt)],
  ['of a buyer with a line end', () => craftToken(HS256, eve({ sub: 'eve\r\nX-User-Id: anna' }), jwt)],
  ['of a look-alike buyer', () => craftToken(HS256, eve({ sub: 'аnnа' }), jwt)],
  ['of a list of buyers', () => craftToken(HS256, eve({ sub: ['anna'] }), jwt)],
  [
    'with the claims of another',
    () => swap(shop.token('eve'), craftToken(HS256, { sub: 'anna', exp: inS(60) })),
  ],
  ['with a MAC cut short', () => shop.token('eve').slice(0, -1)],
  ['with a MAC of half its length', () => shop.token('eve').slice(0, -22)],
  ['with one more part', () => `${shop.token('eve')}.e30`],
  ['of dots', () => '..'],
]

/** The first token with the claims of the second. */
function swap(token: string, other: string): string {
  const [header, , mac] = token.split('.')
  return `${header}.${other.split('.')[1]}.${mac}`
}

describe('a token', () => {
  test.each(FORGED)('%s', async (_, token) => {
    const text = token()
    const path = `/api/sales/${shop.sale}/orders`
    const json = { 'content-type': 'application/json' }
    await shop.refuses(
      () => shop.send('POST', path, { ...json, authorization: `Bearer ${text}` }, '{}'),
      'unauthenticated',
    )
    await shop.refuses(
      () => shop.send('POST', path, { ...json, cookie: `flash_token=${text}` }, '{}'),
      'unauthenticated',
    )
    for (const [method, address] of [
      ['GET', '/api/orders'],
      ['GET', '/api/tickets/1.1.1.1.ab.cd'],
      ['DELETE', '/api/orders/1-1'],
    ] as const)
      expectRefused(await shop.send(method, address, { authorization: `Bearer ${text}` }), 'unauthenticated')
  })

  test('of 100 KB is cut off while it is read', async () => {
    const before = await shop.books()
    const answer = await shop.send('GET', '/api/orders', { authorization: `Bearer ${'x'.repeat(100_000)}` })
    expectRefused(answer, 'invalid_request')
    expect(await shop.books()).toEqual(before)
  })

  test('that was good and remembered, one second after its end', async () => {
    // Good for 4 s at least: time enough to ask five times on a busy machine.
    const endsBy = Date.now() + 5_000
    const short = { authorization: `Bearer ${shop.token('short-lived', 5)}` }
    for (let n = 0; n < 5; n++) expect((await shop.send('GET', '/api/orders', short)).status).toBe(200)
    await pause(endsBy - Date.now() + 100)
    const json = { ...short, 'content-type': 'application/json' }
    await shop.refuses(
      () => shop.send('POST', `/api/sales/${shop.sale}/orders`, json, '{}'),
      'unauthenticated',
    )
    expectRefused(await shop.send('GET', '/api/orders', short), 'unauthenticated')
  })
})

describe('two tokens', () => {
  const click = (headers: string[]) =>
    shop.send(
      'POST',
      `/api/sales/${shop.sale}/orders`,
      ['Content-Type', 'application/json', ...headers],
      '{}',
    )

  test('a bad header is not saved by a good cookie', async () => {
    const cookie = `flash_token=${shop.token('eve')}`
    for (const authorization of ['Bearer x.y.z', 'Bearer', 'Basic eDp5', `bearer  ${shop.token('eve')} x`])
      await shop.refuses(() => click(['Authorization', authorization, 'Cookie', cookie]), 'unauthenticated')
  })

  test('twice Authorization is no request', async () => {
    const [anna, eve] = [`Bearer ${shop.token('anna')}`, `Bearer ${shop.token('eve')}`]
    for (const pair of [
      [anna, eve],
      [anna, anna],
      [anna, 'Bearer forged'],
    ])
      await shop.refuses(() => click(pair.flatMap((value) => ['Authorization', value])), 'invalid_request')
  })

  test('of two cookies one counts, and a forged one makes nobody of its sender', async () => {
    const good = shop.token('cookie-buyer')
    const forged = craftToken(HS256, eve(), 'guess')
    await shop.refuses(
      () => click(['Cookie', `flash_token=${forged}; flash_token=${good}`]),
      'unauthenticated',
    )
    await shop.refuses(
      () => click(['Cookie', `flash_token=${forged}`, 'Cookie', `flash_token=${good}`]),
      'unauthenticated',
    )
  })
})

test('the honest buyer buys after all this', async () => {
  await shop.honest('honest')
  expect((await shop.orders(shop.sale)).map(({ buyer }) => buyer)).toEqual(['honest'])
  expect((await shop.audit(shop.sale)).audit).toMatchObject({ ok: true, tickets: 1, sold: 1 })
})
