import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { call, tokenOf } from './call.ts'
import { JWT_SECRET, type LentDoor, lendDoor } from './lend-door.ts'
import { openSale } from './sale-cards.ts'
import { ticketOf } from './ticket-of.ts'

let door: LentDoor
let token: string
beforeAll(async () => {
  door = await lendDoor()
  await door.publish(openSale(1))
  token = await tokenOf('anna', JWT_SECRET)
})
afterAll(() => door.stop())
beforeEach(() => {
  door.gateways[0]!.arrived.length = 0
})

const CHANGES: [string, string][] = [
  ['POST', '/api/sales/1/orders'],
  ['DELETE', '/api/tickets/1.2.3'],
  ['DELETE', '/api/orders/1-2'],
  ['POST', '/api/orders/1-2/payment'],
  ['POST', '/dev/sign-in'],
]
const host = () => `flash.localhost:${door.flash}`

const ask = (method: string, path: string, headers: Record<string, string>) =>
  call(door.flash, method, path, {
    headers: { host: host(), 'content-type': 'application/json', ...headers },
  })

test.each<[string, Record<string, string>]>([
  ['another domain', { origin: 'https://evil.example' }],
  ['the shop’s domain', { origin: 'http://shop.localhost:1' }],
  ['another port', { origin: 'http://flash.localhost:1' }],
  ['a longer name', { origin: 'http://evil-flash.localhost:1' }],
  ['a page without an origin', { origin: 'null' }],
  ['nonsense', { origin: 'flash.localhost' }],
  ['a cross-site fetch', { 'sec-fetch-site': 'cross-site' }],
  ['a sibling domain’s fetch', { 'sec-fetch-site': 'same-site' }],
  ['a word that no browser says', { 'sec-fetch-site': 'own' }],
])('a change that %s asks for with the buyer’s cookie is refused', async (_, headers) => {
  for (const [method, path] of CHANGES) {
    const answer = await ask(method, path, { cookie: `flash_token=${token}`, ...headers })
    expect([answer.status, answer.json?.code], `${method} ${path}`).toEqual([403, 'blocked'])
    expect(answer.json.detail).toContain('another site')
  }
  expect(door.gateways[0]!.arrived).toEqual([])
})

test('the page’s own changes go on, and clients that are no browsers', async () => {
  const own = `http://${host()}`
  let buyers = 0
  for (const [method, path] of CHANGES) {
    const fitting: [Record<string, string>, boolean?][] = [
      [{ origin: own }],
      [{ origin: own.replace('flash', 'FLASH'), 'sec-fetch-site': 'same-origin' }],
      // TLS may end before the door.
      [{ origin: own.replace('http:', 'https:') }],
      [{ 'sec-fetch-site': 'none' }],
      [{}],
      [{}, true],
      [{ origin: 'https://app.example', 'sec-fetch-site': 'cross-site' }, true],
    ]
    for (const [headers, bearer] of fitting) {
      const mine = await tokenOf(`own-${++buyers}`, JWT_SECRET)
      const identity: Record<string, string> = bearer
        ? { authorization: `Bearer ${mine}` }
        : { cookie: `flash_token=${mine}` }
      const name = `own-${buyers}`
      const before = door.gateways[0]!.arrived.length
      const address = path.replace('1.2.3', ticketOf(name, 1, 2))
      await ask(method, address, { ...identity, ...headers })
      expect(door.gateways[0]!.arrived.length, `${method} ${path} ${JSON.stringify(headers)}`).toBe(
        before + 1,
      )
    }
  }
})

test('reading is nobody’s harm, and the provider’s event needs no origin', async () => {
  const foreign = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
  await ask('GET', '/api/orders', { cookie: `flash_token=${token}`, ...foreign })
  await ask('POST', '/api/payments/webhook', foreign)
  expect(door.gateways[0]!.arrived).toHaveLength(2)
})
