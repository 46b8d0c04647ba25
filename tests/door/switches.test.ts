import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { NOTHING_SET, type SwitchValues, valuesOf } from '../../contract/switches.ts'
import { signTicket } from '../../contract/ticket.ts'
import { call, click, tokenOf } from './call.ts'
import { JWT_SECRET, type LentDoor, lendDoor, TICKET_SECRET } from './lend-door.ts'
import { openSale } from './sale-cards.ts'

let door: LentDoor
beforeAll(async () => {
  door = await lendDoor({
    tune: (conf) =>
      conf
        .replace('buy_interval_ms = 2000', 'buy_interval_ms = 1')
        .replace('polls_per_second = 10', 'polls_per_second = 1000'),
  })
  door.gateways[0]!.answer = { status: 200, body: {} }
})
afterAll(() => door.stop())
beforeEach(() => {
  door.gateways[0]!.arrived.length = 0
})

const NORMAL = valuesOf(NOTHING_SET, 0)

/** For all sales, and for sale 2. */
async function turn(all: Partial<SwitchValues>, own?: Partial<SwitchValues>): Promise<void> {
  const switches = { ...NORMAL, ...all }
  door.steering.switches = switches
  await door.publish(openSale(1), openSale(2, own ? { switches: { ...switches, ...own } } : {}))
}

const ticketOf = (sale: number) =>
  signTicket(TICKET_SECRET, {
    ...{ sale, number: 7, quantity: 1, buyer: 'anna' },
    expiresS: Math.floor(Date.now() / 1000) + 600,
  })

/** Every call of a buyer that concerns a sale, as `METHOD path` with what it is answered. */
async function answers(sale: number): Promise<Record<string, string>> {
  const token = await tokenOf('anna', JWT_SECRET)
  const said: Record<string, string> = {}
  const note = (name: string, { status, json, headers }: Awaited<ReturnType<typeof call>>) => {
    said[name] = status === 503 ? `${json.code} ${headers['retry-after']}` : String(status)
  }
  note('join', await click(door.flash, sale, token))
  const calls: [string, string][] = [
    ['GET', `/api/tickets/${ticketOf(sale)}`],
    ['DELETE', `/api/tickets/${ticketOf(sale)}`],
    ['GET', '/api/orders'],
    ['GET', `/api/orders/${sale}-7`],
    ['DELETE', `/api/orders/${sale}-7`],
    ['POST', `/api/orders/${sale}-7/payment`],
  ]
  for (const [method, path] of calls) {
    const headers = { authorization: `Bearer ${token}` }
    note(
      `${method} ${path.replace(/\/[^/]*7[^/]*/, '/X')}`,
      await call(door.flash, method, path, { headers }),
    )
  }
  return said
}

const READS = ['GET /api/tickets/X', 'GET /api/orders', 'GET /api/orders/X']
const CHANGES = ['join', 'DELETE /api/tickets/X', 'DELETE /api/orders/X', 'POST /api/orders/X/payment']
const all = (names: string[], answer: string) => Object.fromEntries(names.map((name) => [name, answer]))

test('by itself nothing is switched off', async () => {
  await turn({})
  expect(await answers(1)).toEqual({ ...all(READS, '200'), ...all(CHANGES, '200') })
})

describe('read-only', () => {
  test('every change is refused at the door with when to come again, every look goes on', async () => {
    await turn({ 'read-only': true })
    expect(await answers(1)).toEqual({ ...all(READS, '200'), ...all(CHANGES, 'paused 10') })
    expect(door.gateways[0]!.arrived.map(({ method }) => method)).toEqual(['GET', 'GET', 'GET'])
    expect((await call(door.flash, 'GET', '/api/sales/1')).json.state).toBe('paused')
  })

  test('for one sale it concerns its tickets and orders, and no others', async () => {
    await turn({}, { 'read-only': true })
    expect(await answers(2)).toEqual({ ...all(READS, '200'), ...all(CHANGES, 'paused 10') })
    expect(await answers(1)).toEqual({ ...all(READS, '200'), ...all(CHANGES, '200') })
  })
})

describe('closed', () => {
  test('all is refused but time, sales and pages; events of payments still come in', async () => {
    await turn({ closed: true })
    expect(await answers(1)).toEqual({ ...all(READS, 'unavailable 10'), ...all(CHANGES, 'unavailable 10') })
    expect(door.gateways[0]!.arrived).toEqual([])
    expect((await call(door.flash, 'GET', '/api/time')).status).toBe(200)
    expect((await call(door.flash, 'GET', '/api/sales')).json[0].state).toBe('paused')
    const event = await call(door.flash, 'POST', '/api/payments/webhook', {
      headers: { 'content-type': 'application/json' },
      body: '{}',
    })
    expect(event.status).toBe(200)
  })

  test('one sale may stay open while the others are closed', async () => {
    await turn({ closed: true }, { closed: false })
    expect((await answers(2)).join).toBe('200')
    expect((await answers(1)).join).toBe('unavailable 10')
  })
})

test('a waiting buyer is told to poll slower, and no time, as switched', async () => {
  const far = { number: 9_000, last: 9_100, waiting: 9_100, free: 9_100 }
  const ticket = signTicket(TICKET_SECRET, {
    ...{ sale: 3, number: far.number, quantity: 1, buyer: 'anna' },
    expiresS: Math.floor(Date.now() / 1000) + 600,
  })
  const headers = { authorization: `Bearer ${await tokenOf('anna', JWT_SECRET)}` }
  const said = async (own: Partial<SwitchValues>) => {
    const { last, waiting, free } = far
    const sale = openSale(3, { last, waiting, free, perSecond: 1_000, fastest: 1_000, pollMs: 100_000 })
    await door.publish({ ...sale, switches: { ...NORMAL, ...own } })
    return (await call(door.flash, 'GET', `/api/tickets/${ticket}`, { headers })).json
  }
  const normal = await said({})
  expect(normal.etaMs).toBe(9_000)
  expect(normal.pollAfterMs).toBeLessThan(2_500)
  const slow = await said({ 'poll-factor': 5, eta: false })
  expect(slow.etaMs).toBeUndefined()
  expect(slow.state).toBe('waiting')
  // Not five times as late, but halfway to the turn: it must not be missed.
  expect(slow.pollAfterMs).toBeGreaterThanOrEqual(4_050)
  expect(slow.pollAfterMs).toBeLessThanOrEqual(4_950)
})
