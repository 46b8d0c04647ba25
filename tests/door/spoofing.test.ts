import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { call, click, tokenOf } from './call.ts'
import { EDGE_KEY, JWT_SECRET, type LentDoor, lendDoor } from './lend-door.ts'
import { openSale } from './sale-cards.ts'
import { ticketOf } from './ticket-of.ts'

/** All that a gateway is told beside the body. */
const PASSED = [
  'host',
  'content-type',
  'content-length',
  'x-user-id',
  'x-edge-key',
  'x-request-id',
  'x-request-start',
].concat(['x-forwarded-for', 'x-forwarded-proto', 'payment-signature'])

let door: LentDoor
beforeAll(async () => {
  door = await lendDoor()
  await door.publish(openSale(1))
})
afterAll(() => door.stop())
beforeEach(() => {
  door.gateways[0]!.arrived.length = 0
})

describe('who a request claims to be', () => {
  const spoofed = ['X-User-Id', 'eve', 'x-user-id', 'mallory', 'X_User_Id', 'eve', 'X-Edge-Key', 'guess']
  const more = [
    'X-Forwarded-For',
    '6.6.6.6',
    'X-Real-IP',
    '6.6.6.6',
    'Forwarded',
    'for=6.6.6.6',
    'X-Request-Id',
    'mine',
  ]

  test('is overwritten wherever a gateway is reached', async () => {
    const token = await tokenOf('anna', JWT_SECRET)
    const signed = [
      'Authorization',
      `Bearer ${token}`,
      'Content-Type',
      'application/json',
      ...spoofed,
      ...more,
    ]
    const unsigned = ['Content-Type', 'application/json', ...spoofed, ...more]
    const { arrived } = door.gateways[0]!
    const ticket = `/api/tickets/${ticketOf('anna', 1, 2)}`
    const calls: [string, string, string[], string | undefined][] = [
      ['POST', '/api/sales/1/orders', signed, 'anna'],
      ['GET', ticket, signed, 'anna'],
      ['DELETE', ticket, signed, 'anna'],
      ['GET', '/api/orders', signed, 'anna'],
      ['GET', '/api/orders/1-2', signed, 'anna'],
      ['DELETE', '/api/orders/1-2', signed, 'anna'],
      ['POST', '/api/orders/1-2/payment', signed, 'anna'],
      ['GET', '/api/sales/77', signed, undefined],
      ['POST', '/api/payments/webhook', unsigned, undefined],
      ['POST', '/dev/sign-in', unsigned, undefined],
      ['GET', '/dev/sign-in', unsigned, undefined],
      ['GET', '/dev/sign-in', signed, 'anna'],
    ]
    for (const [method, path, headers, buyer] of calls) {
      const before = arrived.length
      await call(door.flash, method, path, { headers })
      expect(arrived.length, path).toBe(before + 1)
      const got = arrived.at(-1)!
      expect([got.method, got.path]).toEqual([method, path])
      const values = (name: string) =>
        got.rawHeaders.filter((_, i, all) => all[i - 1]?.toLowerCase() === name)
      expect(values('x-user-id'), path).toEqual(buyer === undefined ? [] : [buyer])
      expect(values('x_user_id'), path).toEqual([])
      expect(values('x-edge-key'), path).toEqual([EDGE_KEY])
      expect(values('x-forwarded-for'), path).toEqual(['127.0.0.1'])
      expect(values('x-request-id').join(), path).toMatch(/^[0-9a-f]{32}$/)
      // And nothing else of what the client sent.
      const passed = got.rawHeaders.filter((_, i) => i % 2 === 0).map((name) => name.toLowerCase())
      expect(
        passed.filter((name) => !PASSED.includes(name)),
        path,
      ).toEqual([])
    }
  })

  test('may not come twice, nor hide behind a hundred headers', async () => {
    const [anna, eve] = [await tokenOf('anna', JWT_SECRET), await tokenOf('eve', JWT_SECRET)]
    const twice = ['Authorization', `Bearer ${anna}`, 'Authorization', `Bearer ${eve}`]
    const filler = Array.from({ length: 120 }, (_, i) => [`X-F${i}`, '1']).flat()
    for (const headers of [twice, [...twice.slice(0, 2), ...filler, ...twice.slice(2)]]) {
      const answer = await call(door.flash, 'GET', '/api/orders', { headers })
      expect([answer.status, answer.json.code]).toEqual([400, 'invalid_request'])
    }
    expect(door.gateways[0]!.arrived).toEqual([])
    // A hundred others do not hide the only one.
    const behind = [...filler, ...twice.slice(0, 2)]
    expect((await call(door.flash, 'GET', '/api/orders', { headers: behind })).status).toBe(202)
  })

  test('is worth nothing without a token', async () => {
    expect((await call(door.flash, 'GET', '/api/orders', { headers: spoofed })).status).toBe(401)
    expect((await call(door.flash, 'GET', '/api/tickets/1', { headers: spoofed })).status).toBe(401)
    expect((await click(door.flash, 1)).status).toBe(401)
    expect(door.gateways[0]!.arrived).toEqual([])
  })
})
