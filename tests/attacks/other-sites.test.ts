import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type AttackedShop, expectRefused, openAttackedShop } from './attacked-shop.ts'

// A page of another site, open in the browser of somebody who is signed in here: the cookie goes along, the wish does not.

let shop: AttackedShop
let order: string
let ticket: string
beforeAll(async () => {
  shop = await openAttackedShop()
  ;({ order, ticket } = await shop.honest('signed-in'))
})
afterAll(() => shop?.close())

const cookie = () => ({
  cookie: `flash_token=${shop.token('signed-in')}`,
  host: `flash.localhost:${shop.door}`,
})

const SITES: [string, Record<string, string>][] = [
  ['another site', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }],
  ['another site in an old browser', { origin: 'https://evil.example' }],
  ['a sandboxed frame', { origin: 'null', 'sec-fetch-site': 'cross-site' }],
  ['a sibling domain', { origin: 'http://shop.localhost', 'sec-fetch-site': 'same-site' }],
  ['another port', { origin: 'http://flash.localhost:1', 'sec-fetch-site': 'same-site' }],
]

describe.each(SITES)('%s', (_, site) => {
  test('can not buy, leave, cancel or pay', async () => {
    const before = await shop.books()
    const json = { 'content-type': 'application/json' }
    for (const [method, path] of [
      ['POST', `/api/sales/${shop.sale}/orders`],
      ['DELETE', `/api/tickets/${ticket}`],
      ['DELETE', `/api/orders/${order}`],
      ['POST', `/api/orders/${order}/payment`],
    ] as const)
      expectRefused(
        await shop.send(
          method,
          path,
          { ...cookie(), ...json, ...site },
          method === 'POST' ? '{}' : undefined,
        ),
        'blocked',
      )
    expect(await shop.books()).toEqual(before)
  })

  test('is not told that it may read or ask more', async () => {
    for (const [method, path] of [
      ['OPTIONS', `/api/sales/${shop.sale}/orders`],
      ['GET', '/api/orders'],
      ['GET', `/api/tickets/${ticket}`],
    ] as const) {
      const asked = {
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization',
      }
      const { headers } = await shop.send(method, path, { ...cookie(), ...site, ...asked })
      expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([])
    }
  })
})

test.each([
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'text/plain;application/json',
])('a form of type %s, sent by a page, is no click', async (type) => {
  // What a page can send anywhere without asking.
  await shop.refuses(
    () =>
      shop.send(
        'POST',
        `/api/sales/${shop.sale}/orders`,
        { ...cookie(), 'content-type': type },
        '{"quantity":1}',
      ),
    'unsupported_type',
  )
})

test('the page itself is not shown in a frame of others', async () => {
  const { headers } = await shop.send('GET', '/')
  expect(headers['x-frame-options']).toBe('DENY')
  expect(headers['content-security-policy']).toContain("frame-ancestors 'none'")
})
