import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { signTicket } from '../../contract/ticket.ts'
import { type Answer, call, click, pause, tokenOf } from './call.ts'
import { JWT_SECRET, type LentDoor, lendDoor, TICKET_SECRET } from './lend-door.ts'
import { openSale } from './sale-cards.ts'

let door: LentDoor
beforeAll(async () => {
  door = await lendDoor({
    tune: (conf) => conf.replace('buy_interval_ms = 2000', 'buy_interval_ms = 1'),
  })
})
afterAll(() => door.stop())

const LINE = { served: 100, last: 400, waiting: 300, free: 300, perSecond: 100 }
beforeEach(async () => {
  await door.publish(openSale(1, LINE), openSale(2, LINE))
  door.gateways[0]!.arrived.length = 0
})

const arrived = () => door.gateways[0]!.arrived.length
const clickAs = async (buyer: string, sale = 1): Promise<Answer> => {
  await pause(5)
  return click(door.flash, sale, await tokenOf(buyer, JWT_SECRET))
}
const ticketOf = (buyer: string, number: number) =>
  signTicket(TICKET_SECRET, {
    ...{ sale: 1, number, quantity: 1, buyer },
    expiresS: Math.floor(Date.now() / 1000) + 600,
  })

/** The buyer gets this number from a gateway. */
async function join(buyer: string, number: number): Promise<string> {
  const ticket = ticketOf(buyer, number)
  const body = { ticket, number, position: 1, etaMs: 0, pollAfterMs: 500 }
  door.gateways[0]!.answer = { status: 202, body, headers: { 'x-place': `${number} ${ticket}` } }
  const answer = await clickAs(buyer)
  expect(answer.status).toBe(202)
  expect(answer.headers['x-place']).toBeUndefined()
  return ticket
}

test('a second click is answered with the same ticket, by the door alone', async () => {
  const ticket = await join('anna', 250)
  const before = arrived()
  const again = await clickAs('anna')
  expect(again.status).toBe(200)
  expect(again.headers['content-type']).toBe('application/json')
  expect(again.headers['cache-control']).toBe('no-store')
  expect(again.headers['x-content-type-options']).toBe('nosniff')
  expect(again.json).toEqual({
    ...{ ticket, number: 250, position: 150, etaMs: 1500 },
    pollAfterMs: expect.any(Number),
  })
  expect(arrived()).toBe(before)
  // Released meanwhile: no position, ask soon.
  await door.publish(openSale(1, { ...LINE, served: 250 }), openSale(2, LINE))
  const { json } = await clickAs('anna')
  expect(json).toMatchObject({ ticket, position: 0, etaMs: 0 })
  expect(json.pollAfterMs).toBeLessThan(1_000)
  expect(arrived()).toBe(before)
  // Of one buyer and one sale.
  await clickAs('berta')
  await clickAs('anna', 2)
  expect(arrived()).toBe(before + 2)
})

test('not where the sale is over, or the gateway named no ticket', async () => {
  await join('carl', 260)
  await door.publish(openSale(1, { ...LINE, closesAt: Date.now() - 1 }))
  expect((await clickAs('carl')).json.code).toBe('ended')
  await door.publish(openSale(1, LINE))
  door.gateways[0]!.answer = { status: 202, body: { ticket: 'x' } }
  await clickAs('dora')
  const before = arrived()
  await clickAs('dora')
  expect(arrived()).toBe(before + 1)
})

describe('is forgotten when the ticket is over without a purchase, so that its buyer may try again', () => {
  const told = async (buyer: string, method: string, path: string, state: string) => {
    door.gateways[0]!.answer = { status: 200, body: {}, headers: { 'x-ticket-state': state } }
    const headers = { authorization: `Bearer ${await tokenOf(buyer, JWT_SECRET)}` }
    const answer = await call(door.flash, method, path, { headers })
    expect(answer.headers['x-ticket-state']).toBeUndefined()
    const before = arrived()
    await clickAs(buyer)
    return arrived() - before === 1
  }

  test.each(['sold_out', 'duplicate', 'left', 'closed', 'expired', 'cancelled', 'refunded'])(
    'a poll that hears %s',
    async (state) => {
      const ticket = await join(`p-${state}`, 110)
      expect(await told(`p-${state}`, 'GET', `/api/tickets/${ticket}`, state)).toBe(true)
    },
  )

  test.each(['waiting', 'released', 'awaiting_payment', 'paid', 'expiring', 'refunding'])(
    'not after one that hears %s',
    async (state) => {
      const ticket = await join(`q-${state}`, 111)
      expect(await told(`q-${state}`, 'GET', `/api/tickets/${ticket}`, state)).toBe(false)
    },
  )

  test('leaving, cancelling, reading an expired order', async () => {
    const ticket = await join('emil', 120)
    expect(await told('emil', 'DELETE', `/api/tickets/${ticket}`, 'left')).toBe(true)
    await join('frieda', 121)
    expect(await told('frieda', 'DELETE', '/api/orders/1-121', 'cancelled')).toBe(true)
    await join('gustav', 122)
    expect(await told('gustav', 'GET', '/api/orders/1-122', 'expired')).toBe(true)
    // Of another sale: nothing to do with it.
    await join('hanna', 123)
    expect(await told('hanna', 'GET', '/api/orders/2-123', 'expired')).toBe(false)
  })

  test('the snapshot says that it left out of turn', async () => {
    await join('ida', 300)
    const gone = Buffer.alloc(40)
    gone[300 >> 3]! |= 0x80 >> (300 & 7)
    await door.publish(openSale(1, { ...LINE, gone: gone.toString('base64') }))
    const before = arrived()
    await clickAs('ida')
    expect(arrived()).toBe(before + 1)
  })
})

test('its memory is bounded: who is pushed out of it is answered by a gateway', async () => {
  await door.tune((conf) => conf.replace('lua_shared_dict held 40m', 'lua_shared_dict held 16k'))
  await door.reload()
  await join('first', 200)
  for (let n = 0; n < 100; n++) await join(`crowd-${n}`, 201 + n)
  const before = arrived()
  await clickAs('first')
  expect(arrived()).toBe(before + 1)
  const { text } = await call(door.ops, 'GET', '/metrics')
  expect(Number(/evictions_total\{dict="held"\} (\d+)/.exec(text)![1])).toBeGreaterThan(0)
})
