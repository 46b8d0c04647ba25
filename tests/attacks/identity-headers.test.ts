import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { call, eventually } from '../door/call.ts'
import { type AttackedShop, expectRefused, openAttackedShop } from './attacked-shop.ts'
import { exchange } from './raw.ts'

// Headers that name somebody, or an address, are worth nothing, in whatever spelling and number.

let shop: AttackedShop
beforeAll(async () => {
  shop = await openAttackedShop({ stock: 40 })
})
afterAll(() => shop?.close())

const JSON_TYPE = ['Content-Type', 'application/json']
const path = () => `/api/sales/${shop.sale}/orders`
const filler = Array.from({ length: 130 }, (_, i) => [`X-F${i}`, '1']).flat()

const SPOOFS: [string, () => string[]][] = [
  ['X-User-Id', () => ['X-User-Id', 'victim']],
  ['X-User-Id twice', () => ['X-User-Id', 'victim', 'x-user-id', 'victim']],
  ['X_User_Id', () => ['X_User_Id', 'victim']],
  ['in capitals', () => ['X-USER-ID', 'victim']],
  ['with the true edge key', () => ['X-User-Id', 'victim', 'X-Edge-Key', shop.at.secrets.edgeKey]],
  ['behind 130 headers', () => [...filler, 'X-User-Id', 'victim', 'X-Edge-Key', shop.at.secrets.edgeKey]],
  ['before 130 headers', () => ['X-User-Id', 'victim', ...filler]],
  [
    'as another proxy says it',
    () => ['Remote-User', 'victim', 'X-Forwarded-User', 'victim', 'X-Sub', 'victim'],
  ],
  ['in a cookie', () => ['Cookie', 'x-user-id=victim; user=victim; sub=victim']],
  ['by taking away what the door sets', () => ['Connection', 'X-User-Id, X-Edge-Key, X-Forwarded-For']],
  ['by another method', () => ['X-HTTP-Method-Override', 'DELETE', 'X-Original-URL', '/internal/metrics']],
  ['by another path', () => ['X-Rewrite-URL', '/internal/metrics', 'X-Original-URI', '/internal/metrics']],
]

describe('a name of one’s own choice', () => {
  test.each(SPOOFS)('%s, without a token', async (_, headers) => {
    await shop.refuses(() => shop.send('POST', path(), [...JSON_TYPE, ...headers()], '{}'), 'unauthenticated')
    expectRefused(await shop.send('GET', '/api/orders', headers()), 'unauthenticated')
  })

  test.each(SPOOFS)('%s, with a token of somebody else: the token counts', async (name, headers) => {
    const buyer = `attacker-${SPOOFS.findIndex(([one]) => one === name)}`
    const token = ['Authorization', `Bearer ${shop.token(buyer)}`]
    const answer = await shop.send('POST', path(), [...JSON_TYPE, ...headers(), ...token], '{}')
    expect([answer.status, answer.json.code]).toEqual([202, undefined])
    await eventually(async () => (await shop.orders(shop.sale)).some((order) => order.buyer === buyer))
    const own = await shop.send('GET', '/api/orders', [...headers(), ...token])
    expect(own.json.map(({ order }: { order: string }) => order)).toEqual([
      `${shop.sale}-${answer.json.number}`,
    ])
  })

  test('nobody has become the victim, who buys', async () => {
    await shop.honest('victim')
    const buyers = (await shop.orders(shop.sale)).map(({ buyer }) => buyer)
    expect(buyers.filter((buyer) => !buyer.startsWith('attacker-'))).toEqual(['victim'])
    expect(buyers).toHaveLength(SPOOFS.length + 1)
  })

  test.each(['', 'x', 'y'.repeat(64)])('straight at a gateway, with the edge key "%s"', async (key) => {
    const before = await shop.books()
    const headers = { 'content-type': 'application/json', 'x-user-id': 'victim', 'x-edge-key': key }
    for (const port of shop.at.ports.gateways) {
      expectRefused(await call(port, 'POST', path(), { headers, body: '{}' }), 'not_found')
      expectRefused(await call(port, 'GET', '/api/orders', { headers }), 'not_found')
    }
    expect(await shop.books()).toEqual(before)
  })

  test.each([
    'X-User-Id : victim',
    'X-User-Id\t: victim',
    ' X-User-Id: victim',
    'X-User-Id: vic\0tim',
    'X-User\0-Id: victim',
    'X-User-Id\xa0: victim',
    '\vX-User-Id: victim',
    ': victim',
    'X-User-Id',
  ])('spelled %j', async (line) => {
    const before = await shop.books()
    const bytes = `POST ${path()} HTTP/1.1\r\nHost: f\r\n${line}\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}`
    const [answer, ...more] = await exchange(shop.door, bytes)
    expect([400, 401]).toContain(answer?.status)
    expect(more).toEqual([])
    expect(await shop.books()).toEqual(before)
  })
})

test('a limit can not be put upon somebody else', async () => {
  const spoof = { 'x-user-id': 'quiet', 'x-forwarded-for': '6.6.6.6', cookie: 'flash_token=quiet' }
  const polls = Array.from({ length: 40 }, () =>
    shop.send('GET', '/api/orders', { ...spoof, authorization: `Bearer ${shop.token('loud')}` }),
  )
  const loud = (await Promise.all(polls)).map(({ status }) => status)
  expect(loud).toContain(429)
  expect((await shop.send('GET', '/api/orders', shop.as('quiet'))).status).toBe(200)
})

test('nobody escapes his own limit behind other addresses and names', async () => {
  const headers = shop.as('hurried')
  expect((await shop.send('POST', path(), headers, '{}')).status).toBe(202)
  const again = Array.from({ length: 12 }, (_, i) => {
    const ip = `10.0.${i}.1`
    return shop.send(
      'POST',
      `${path()}?user=${i}`,
      {
        ...headers,
        ...{ 'x-forwarded-for': ip, 'x-real-ip': ip, forwarded: `for=${ip}`, 'true-client-ip': ip },
        ...{ 'x-user-id': `u${i}`, 'x-request-id': `r${i}`, 'user-agent': `a${i}` },
      },
      '{}',
    )
  })
  for (const { status, json } of await Promise.all(again)) {
    // Refused, or (when the machine was slow, or the door remembers the place) the same place again.
    if (status === 429) expect(json.code).toBe('too_many_requests')
    else expect(status).toBe(200)
  }
  await eventually(async () => (await shop.orders(shop.sale)).some(({ buyer }) => buyer === 'hurried'))
  expect((await shop.orders(shop.sale)).filter(({ buyer }) => buyer === 'hurried')).toHaveLength(1)
})

describe('arguments', () => {
  const many = Array.from({ length: 150 }, (_, i) => `a${i}=1`).join('&')

  test('do not name a buyer, and 150 of them hide nothing', async () => {
    for (const query of [`?buyer=victim`, `?${many}&user=victim&sub=victim`, `?user=victim&${many}`]) {
      expectRefused(await shop.send('GET', `/api/orders${query}`), 'unauthenticated')
      const answer = await shop.send('GET', `/api/orders${query}`, shop.as('no-orders'))
      expect([answer.status, answer.json]).toEqual([200, []])
      await new Promise((resolve) => setTimeout(resolve, 120))
    }
  })

  test('do not say what is bought', async () => {
    const query = `?quantity=9&price=1&${many}&quantity=9&pass=x`
    const answer = await shop.send('POST', `${path()}${query}`, shop.as('arguer'), '{}')
    expect(answer.status).toBe(202)
    await eventually(async () => (await shop.orders(shop.sale)).some(({ buyer }) => buyer === 'arguer'))
    const [order] = (await shop.orders(shop.sale)).filter(({ buyer }) => buyer === 'arguer')
    expect(order).toMatchObject({ quantity: 1, amount_cents: 990 })
  })
})

test('the books are in order after all this', async () => {
  expect((await shop.audit(shop.sale)).audit).toMatchObject({ ok: true })
})
