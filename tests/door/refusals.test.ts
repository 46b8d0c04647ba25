import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ERRORS, type ErrorCode, Problem } from '../../contract/errors.ts'
import { type Answer, call, click, pause, tokenOf } from './call.ts'
import { JWT_SECRET, type LentDoor, lendDoor } from './lend-door.ts'
import { openSale } from './sale-cards.ts'

let door: LentDoor
let token: string
beforeAll(async () => {
  door = await lendDoor()
  token = await tokenOf('anna', JWT_SECRET)
})
afterAll(() => door.stop())
beforeEach(() => {
  door.gateways[0]!.arrived.length = 0
})

function expectRefusal(
  answer: Answer,
  code: ErrorCode,
  extra?: Record<string, unknown>,
  retryAfter?: string,
) {
  expect(answer.json).toEqual(new Problem(code, extra ? { extra } : {}).toBody())
  expect(answer.status).toBe(ERRORS[code].status)
  expect(answer.headers['content-type']).toBe('application/problem+json')
  expect(answer.headers['cache-control']).toBe('no-store')
  expect(answer.headers['retry-after']).toBe(retryAfter)
  expect(door.gateways[0]!.arrived).toEqual([])
}

test('the door knows the same errors as contract/errors.ts', async () => {
  const lua = await readFile(new URL('../../lua/edge/refusals.lua', import.meta.url), 'utf8')
  const list = Object.fromEntries(
    [...lua.matchAll(/^ {2}(\w+) = \{ (\d+), "(.*)" \},$/gm)].map(([, code, status, title]) => [
      code,
      { status: Number(status), title },
    ]),
  )
  expect(list).toEqual(ERRORS)
})

describe('a click is refused by the door alone', () => {
  test.each(['99', '01', '0', '-1', '1.5', 'abc', '1%20', '1%0d%0aX-User-Id:%20eve', '99999999999'])(
    'unknown sale %s',
    async (id) => {
      await door.publish(openSale(1))
      expectRefusal(await click(door.flash, id, token), 'unknown_sale')
    },
  )

  test('a draft is unknown', async () => {
    await door.publish(openSale(1, { phase: 'draft' }))
    expectRefusal(await click(door.flash, 1, token), 'unknown_sale')
  })

  test('not open: says when it opens, and opens by itself at that moment', async () => {
    const opensAt = Date.now() + 2_500
    await door.publish(openSale(2, { opensAt, soldOut: false }))
    expectRefusal(await click(door.flash, 2, token), 'not_open', { opensAt })
    expect((await call(door.flash, 'GET', '/api/sales/2')).json.state).toBe('upcoming')
    await pause(opensAt - Date.now() + 20)
    expect((await click(door.flash, 2, token)).status).toBe(202)
  })

  test.each([
    ['closed', { phase: 'closed' }],
    ['settled', { phase: 'settled' }],
    ['past its end', { closesAt: Date.now() - 1 }],
    ['past its end while paused', { phase: 'paused', closesAt: Date.now() - 1 }],
  ] as const)('ended: %s', async (_, differences) => {
    await door.publish(openSale(3, differences))
    expectRefusal(await click(door.flash, 3, token), 'ended')
    expect((await call(door.flash, 'GET', '/api/sales/3')).json.state).toBe('ended')
  })

  test('paused', async () => {
    await door.publish(openSale(4, { phase: 'paused', opensAt: Date.now() + 60_000 }))
    expectRefusal(await click(door.flash, 4, token), 'paused', undefined, '5')
    expect((await call(door.flash, 'GET', '/api/sales/4')).json.state).toBe('paused')
  })

  test('sold out, before any question about identity', async () => {
    await door.publish(openSale(5, { soldOut: true }))
    expectRefusal(await click(door.flash, 5), 'sold_out')
    expectRefusal(await click(door.flash, 5, token), 'sold_out')
    expect((await call(door.flash, 'GET', '/api/sales/5')).json.state).toBe('sold_out')
  })

  test('line full; the page still says open', async () => {
    await door.publish(openSale(6, { lineFull: true }))
    expectRefusal(await click(door.flash, 6, token), 'line_full', undefined, '2')
    expect((await call(door.flash, 'GET', '/api/sales/6')).json.state).toBe('open')
  })

  test('no token', async () => {
    await door.publish(openSale(7))
    expectRefusal(await click(door.flash, 7), 'unauthenticated')
  })
})

describe('whoever has a ticket gets it again when he clicks again', () => {
  test.each([200, 202])('after a %d, past sold out and line full', async (status) => {
    const sale = 10 + (status % 10)
    const [winner, other] = [await tokenOf(`w${status}`, JWT_SECRET), await tokenOf(`o${status}`, JWT_SECRET)]
    await door.publish(openSale(sale))
    door.gateways[0]!.answer = { status, body: { ticket: 'mine' } }
    expect((await click(door.flash, sale, winner)).status).toBe(status)
    await door.publish(openSale(sale, { soldOut: true }))
    await pause(2100)
    expect((await click(door.flash, sale, winner)).json).toEqual({ ticket: 'mine' })
    expect((await click(door.flash, sale, other)).status).toBe(410)
    // A signature alone opens nothing: the next question verifies the whole token.
    const forged = `${other.slice(0, other.lastIndexOf('.'))}.${winner.slice(-43)}`
    expect((await click(door.flash, sale, forged)).status).toBe(401)
    await door.publish(openSale(sale, { lineFull: true }))
    expect((await click(door.flash, sale, winner)).status).toBe(429)
    expect((await click(door.flash, sale, other)).json.code).toBe('line_full')
    // Another sale is another matter.
    await door.publish(openSale(99, { soldOut: true }))
    expect((await click(door.flash, 99, winner)).status).toBe(410)
  })

  test('not after a refusal by the gateway', async () => {
    const buyer = await tokenOf('refused', JWT_SECRET)
    await door.publish(openSale(20))
    door.gateways[0]!.answer = { status: 409, body: {} }
    expect((await click(door.flash, 20, buyer)).status).toBe(409)
    await door.publish(openSale(20, { soldOut: true }))
    expect((await click(door.flash, 20, buyer)).status).toBe(410)
  })
})
