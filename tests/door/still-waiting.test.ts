import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { call, eventually, tokenOf } from './call.ts'
import { JWT_SECRET, type LentDoor, lendDoor } from './lend-door.ts'
import { openSale } from './sale-cards.ts'
import { ticketOf } from './ticket-of.ts'

/** A sale of 10 tickets a second, of which 100 are released and 10,000 wait. No unit is free. */
const line = (differences: Parameters<typeof openSale>[1] = {}) =>
  openSale(1, { served: 100, last: 10_100, waiting: 10_000, perSecond: 10, fastest: 10, ...differences })

let door: LentDoor
beforeAll(async () => {
  // Nothing writes a new snapshot here, and the margin grows with its age: a machine under load may take seconds.
  door = await lendDoor({ tune: (conf) => conf.replace('polls_per_second = 10', 'polls_per_second = 1000') })
})
afterAll(() => door.stop())
beforeEach(() => {
  door.gateways[0]!.arrived.length = 0
  door.gateways[0]!.answer = { status: 200, body: { state: 'from the gateway' } }
})

async function ask(ticket: string, { buyer = 'anna', method = 'GET' } = {}) {
  const headers = { authorization: `Bearer ${await tokenOf(buyer, JWT_SECRET)}` }
  return call(door.flash, method, `/api/tickets/${ticket}`, { headers })
}
const mine = (number: number, sale = 1) => ticketOf('anna', sale, number)
const reached = () => door.gateways[0]!.arrived.length

const metric = async (name: string): Promise<number> => {
  const { text } = await call(door.ops, 'GET', '/metrics')
  return Number(text.split(`\n${name} `)[1]?.split('\n')[0])
}

describe('a ticket well behind the head', () => {
  test('is told by the door that it waits, in the words of a gateway', async () => {
    const name = 'sluice_door_answers_total{sale="1",call="poll",code="waiting"}'
    await door.publish(line())
    const before = await metric(name)
    const answer = await ask(mine(5_100))
    expect([answer.status, answer.headers['content-type']]).toEqual([200, 'application/json'])
    expect(answer.headers['cache-control']).toBe('no-store')
    expect(answer.json).toEqual({ state: 'waiting', position: 5_000, pollAfterMs: expect.any(Number) })
    expect(reached()).toBe(0)
    expect(await metric(name)).toBe(before + 1)
  })

  test('has a waiting time where a unit is free for it, and asks again the sooner the nearer it is', async () => {
    await door.publish(line({ free: 8_000, perSecond: 100, fastest: 100 }))
    for (const position of [1_000, 2_000, 4_000, 8_000]) {
      const { json } = await ask(mine(100 + position))
      expect(json).toMatchObject({ state: 'waiting', position, etaMs: position * 10 })
      const base = Math.min(position * 2.5, 20_000)
      expect(json.pollAfterMs).toBeGreaterThanOrEqual(base * 0.9 - 1)
      expect(json.pollAfterMs).toBeLessThanOrEqual(base * 1.1 + 1)
    }
    expect(await ask(mine(8_101)).then(({ json }) => json.etaMs)).toBeUndefined()
    expect(reached()).toBe(0)
  })

  test('asks again rarely where it stands by, and never at the same moment as the others', async () => {
    await door.publish(line())
    const delays = await Promise.all(
      Array.from({ length: 60 }, async () => (await ask(mine(9_000))).json.pollAfterMs),
    )
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(18_000)
    expect(Math.max(...delays)).toBeLessThanOrEqual(22_000)
    expect(Math.max(...delays) - Math.min(...delays)).toBeGreaterThan(1_000)
  })

  test('counts who left before it out of its position', async () => {
    await door.publish(line({ waiting: 5_000 }))
    expect((await ask(mine(10_100))).json.position).toBe(5_000)
    expect((await ask(mine(5_100))).json.position).toBe(2_500)
    // And those of an earlier epoch, who stand before every number of this one, in.
    await door.publish(line({ waiting: 12_000 }))
    expect((await ask(mine(5_100))).json.position).toBe(7_000)
    // Who joined since the snapshot was written is behind all that it counts.
    expect((await ask(mine(10_103))).json.position).toBe(12_003)
  })

  test('waits also in a paused sale, nobody knows how long', async () => {
    await door.publish(line({ phase: 'paused', free: 9_000 }))
    const { json } = await ask(mine(5_100))
    expect(json).toEqual({ state: 'waiting', position: 5_000, pollAfterMs: expect.any(Number) })
    expect(reached()).toBe(0)
  })
})

describe('a gateway is asked', () => {
  const goesOn = async (ticket: string, method = 'GET') => {
    const before = reached()
    expect((await ask(ticket, { method })).json).toEqual({ state: 'from the gateway' })
    expect(reached()).toBe(before + 1)
  }

  test('by a ticket near its turn', async () => {
    await door.publish(line())
    for (const number of [1, 99, 100, 101, 150]) await goesOn(mine(number))
    await door.publish(line({ reach: 3_000 }))
    await goesOn(mine(3_000))
    expect((await ask(mine(3_001))).json.state).toBe('waiting')
  })

  test('by what may have come near since the snapshot was written', async () => {
    const seconds = 60
    const old = { ...line(), title: 'old' }
    await door.writeSnapshot(JSON.stringify({ at: Date.now() - seconds * 1_000, sales: { 1: old } }))
    await eventually(async () => (await call(door.flash, 'GET', '/api/sales/1')).json.title === 'old')
    await goesOn(mine(100 + 10 * seconds))
    expect((await ask(mine(9_000))).json.state).toBe('waiting')
  })

  test('by a ticket of a sale that is sold out, ended, closed or unknown', async () => {
    for (const over of [
      { soldOut: true },
      { closesAt: Date.now() - 1 },
      { phase: 'closed' as const },
      { opensAt: Date.now() + 60_000 },
    ]) {
      await door.publish(line(over))
      await goesOn(mine(5_000))
    }
    await goesOn(mine(5_000, 77))
  })

  test('by who leaves', async () => {
    await door.publish(line())
    await goesOn(mine(5_000), 'DELETE')
  })

  test('by the number of a ticket that left out of turn', async () => {
    const gone = Buffer.alloc(700)
    gone[5_001 >> 3]! |= 0x80 >> (5_001 & 7)
    await door.publish(line({ gone: gone.toString('base64') }))
    await goesOn(mine(5_001))
    for (const number of [5_000, 5_002, 9_999]) expect((await ask(mine(number))).json.state).toBe('waiting')
  })

  test('by what a gateway has once called anything but waiting, and the door keeps how it knows', async () => {
    await door.publish(line())
    const answer = { status: 200, body: { state: 'from the gateway' } }
    door.gateways[0]!.answer = { status: 204, body: undefined, headers: { 'x-ticket-state': 'left' } }
    const left = await ask(mine(6_000), { method: 'DELETE' })
    expect([left.status, left.headers['x-ticket-state']]).toEqual([204, undefined])
    door.gateways[0]!.answer = answer
    await goesOn(mine(6_000))

    door.gateways[0]!.answer = { ...answer, headers: { 'x-ticket-state': 'waiting' } }
    await goesOn(mine(120))
    door.gateways[0]!.answer = { ...answer, headers: { 'x-ticket-state': 'released' } }
    await goesOn(mine(121))
    // The line as an older snapshot has it.
    await door.publish(line({ served: 10 }))
    expect((await ask(mine(120))).json.state).toBe('waiting')
    await goesOn(mine(121))
  })
})

describe('a ticket that is not this buyer’s is unknown', () => {
  test.each([
    ['a foreign one', () => ticketOf('bert', 1, 5_000)],
    ['a forged one', () => ticketOf('anna', 1, 5_000, { secret: 'not the secret, but 32 characters long' })],
    ['an expired one', () => ticketOf('anna', 1, 5_000, { ttlS: -1 })],
    ['one with another number', () => mine(5_000).replace('.5000.', '.5001.')],
    ['one with a shorter proof', () => mine(5_000).slice(0, -1)],
    ['one with a longer proof', () => `${mine(5_000)}A`],
    ['no ticket at all', () => 'x.y'],
  ])('%s', async (_, ticket) => {
    await door.publish(line())
    for (const method of ['GET', 'DELETE']) {
      const answer = await ask(ticket(), { method })
      expect([answer.status, answer.json.code]).toEqual([404, 'unknown_ticket'])
    }
    expect(reached()).toBe(0)
  })

  test('one that expires, although it was verified and remembered', async () => {
    await door.publish(line())
    const ticket = ticketOf('anna', 1, 5_000, { ttlS: 2 })
    expect((await ask(ticket)).json.state).toBe('waiting')
    await eventually(async () => (await ask(ticket)).json.code === 'unknown_ticket')
  })
})

describe('with all backends dead', () => {
  test('still waiting is still the answer, and the rest is unavailable', async () => {
    await door.publish(line())
    await door.stopRedis()
    await door.gateways[0]!.stop()
    try {
      for (const number of [200, 5_000]) expect((await ask(mine(number))).json.state).toBe('waiting')
      for (const number of [50, 120]) {
        const { status, json } = await ask(mine(number))
        expect([status, json.code]).toEqual([503, 'unavailable'])
      }
      const { status, json } = await ask(mine(5_000), { method: 'DELETE' })
      expect([status, json.code]).toEqual([503, 'unavailable'])
    } finally {
      await door.startRedis()
      await door.gateways[0]!.start()
    }
  })

  test('minutes later, too: without gateways nothing is released', async () => {
    const other = await lendDoor()
    const gateway = other.gateways[0]!
    gateway.answer = { status: 200, body: { state: 'from the gateway' } }
    const headers = { authorization: `Bearer ${await tokenOf('anna', JWT_SECRET)}` }
    const poll = async (number: number) =>
      (await call(other.flash, 'GET', `/api/tickets/${mine(number)}`, { headers })).json
    try {
      const old = { ...line(), title: 'minutes old' }
      await other.writeSnapshot(JSON.stringify({ at: Date.now() - 300_000, sales: { 1: old } }))
      await eventually(async () => (await call(other.flash, 'GET', '/api/sales/1')).json.title === old.title)
      // A gateway lives, so it may have released what a snapshot of that time does not know.
      expect((await poll(1_000)).state).toBe('from the gateway')
      await other.stopRedis()
      await gateway.stop()
      // By the first, who found nobody, and by those whom the door does not even let look for one.
      for (let n = 0; n < 5; n++) expect((await poll(1_000)).state).toBe('waiting')
      // One has spoken just now: it has lived on, and released.
      await gateway.start()
      gateway.answer.headers = { 'x-ticket-state': 'waiting' }
      await eventually(async () => (await poll(1_001)).state === 'from the gateway')
      await gateway.stop()
      expect((await poll(1_000)).code).toBe('unavailable')
      expect((await poll(9_000)).state).toBe('waiting')
    } finally {
      await other.stop()
    }
  })
})
