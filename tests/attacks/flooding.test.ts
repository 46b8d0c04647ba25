import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { select } from '../../platform/mysql.ts'
import { click, pause } from '../door/call.ts'
import {
  type AttackedShop,
  expectRefused,
  memoryOf,
  metricOf,
  nginxMb,
  openAttackedShop,
} from './attacked-shop.ts'
import { craftToken, inS } from './craft-token.ts'
import { lendNarrowDoor, type NarrowDoor, turn } from './lend-narrow-door.ts'
import { exchange, type RawAnswer } from './raw.ts'

// One who floods is told so; others do not notice. What is remembered is bounded, and forgetting it costs nobody a unit.

let shop: AttackedShop
beforeAll(async () => {
  shop = await openAttackedShop({ stock: 30, perUser: 2 })
})
afterAll(() => shop?.close())

const request = (method: string, path: string, token: string | undefined, body = '') =>
  [
    `${method} ${path} HTTP/1.1`,
    'Host: f',
    ...(token === undefined ? [] : [`Authorization: Bearer ${token}`]),
    ...(method === 'POST' ? ['Content-Type: application/json'] : []),
    `Content-Length: ${body.length}`,
    '',
    body,
  ].join('\r\n')

/** Many requests behind each other, over a few connections at once. */
async function flood(port: number, requests: string[], connections = 5): Promise<RawAnswer[]> {
  const share = Math.ceil(requests.length / connections)
  const all = await Promise.all(
    Array.from({ length: connections }, (_, i) =>
      exchange(port, requests.slice(i * share, (i + 1) * share).join(''), { quietMs: 2_500 }),
    ),
  )
  return all.flat()
}

const tally = (answers: RawAnswer[]) => {
  const counts: Record<number, number> = {}
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1
  return counts
}

const DICTS = ['buys', 'polls', 'admitted']
const dicts = (ops: number) =>
  Promise.all(
    DICTS.flatMap((dict) => [
      metricOf(ops, `sluice_door_evictions_total{dict="${dict}"}`),
      metricOf(ops, `sluice_door_dict_free_bytes{dict="${dict}"}`),
    ]),
  )

const path = () => `/api/sales/${shop.sale}/orders`
const last = (text: string) => text.replace('Host: f', 'Host: f\r\nConnection: close')
/** The last request of each connection closes it, so that nobody waits for more. */
const closing = (requests: string[], connections = 5) => {
  const share = Math.ceil(requests.length / connections)
  return requests.map((text, i) => ((i + 1) % share === 0 || i === requests.length - 1 ? last(text) : text))
}

describe('one account', () => {
  test('that clicks 500 times gets one place; the next buyer is not held up', async () => {
    const token = shop.token('flooder')
    const attack = flood(
      shop.door,
      closing(Array.from({ length: 500 }, () => request('POST', path(), token, '{}'))),
    )
    await shop.honest('beside-a-flood')
    const counts = tally(await attack)
    expect(counts[202]).toBe(1)
    // Once in two seconds it may ask again, and gets the same place.
    expect((counts[429] ?? 0) + (counts[200] ?? 0)).toBe(499)
    await shop.books()
    expect((await shop.orders(shop.sale)).map(({ buyer }) => buyer).sort()).toEqual([
      'beside-a-flood',
      'flooder',
    ])
  })

  test('that polls 500 times is told to wait; the polls of another are answered', async () => {
    const token = shop.token('poller')
    const attack = flood(
      shop.door,
      closing(Array.from({ length: 500 }, () => request('GET', '/api/orders', token))),
    )
    expect((await shop.send('GET', '/api/orders', shop.as('beside-a-flood'))).status).toBe(200)
    const counts = tally(await attack)
    expect((counts[200] ?? 0) + (counts[429] ?? 0)).toBe(500)
    expect(counts[429]).toBeGreaterThan(300)
  })
})

/** How many SELECTs the server has run for anybody. */
const selects = async () => {
  const [row] = await select<{ Value: string }>(shop.mysql, "SHOW GLOBAL STATUS LIKE 'Com_select'")
  return Number(row!.Value)
}

describe('nobody', () => {
  test('2,000 forged sign-ins cost no entry in any list, and no memory', async () => {
    const [before, books, memory] = [await dicts(shop.at.ports.ops), await shop.books(), await memoryOf(shop)]
    const forged = Array.from({ length: 2_000 }, (_, i) =>
      request(
        'POST',
        path(),
        craftToken({ alg: 'HS256' }, { sub: `forged-${i}`, exp: inS(60) }, 'guess'),
        '{}',
      ),
    )
    expect(tally(await flood(shop.door, closing(forged)))).toEqual({ 401: 2_000 })
    expect(await dicts(shop.at.ports.ops)).toEqual(before)
    expect(await shop.books()).toEqual(books)
    expect((await memoryOf(shop)).nginx - memory.nginx).toBeLessThan(40)
    await shop.honest('after-the-forgers')
  })

  test('asking for 600 sales that do not exist fills nothing, and is not a question to MySQL each', async () => {
    const [books, memory] = [await shop.books(), await memoryOf(shop)]
    const reads = await selects()
    const asked = Array.from({ length: 600 }, (_, i) =>
      request('GET', `/api/sales/${1_000_000 + i}`, undefined),
    )
    const counts = tally(await flood(shop.door, closing(asked)))
    // Refused as too many, where the address has asked too often.
    expect((counts[404] ?? 0) + (counts[429] ?? 0) + (counts[503] ?? 0)).toBe(600)
    // What the shop itself asks meanwhile is among these.
    expect((await selects()) - reads).toBeLessThan(300)
    expect(await shop.books()).toEqual(books)
    const after = await memoryOf(shop)
    expect(after.gateways - memory.gateways).toBeLessThan(100)
    await shop.honest('after-the-askers')
  })
})

describe('a thousand accounts against a list that holds a hundred', () => {
  let narrow: NarrowDoor
  beforeAll(async () => {
    narrow = await lendNarrowDoor(shop.at, {
      'tunables.conf': turn(
        [/lua_shared_dict buys \d+m/, 'lua_shared_dict buys 16k'],
        [/lua_shared_dict polls \d+m/, 'lua_shared_dict polls 16k'],
        [/lua_shared_dict admitted \d+m/, 'lua_shared_dict admitted 16k'],
        [/buy_interval_ms = \d+/, 'buy_interval_ms = 60000'],
      ),
    })
  })
  afterAll(() => narrow?.stop())

  /** Fills the list of clicks, and the gateways refuse each: nothing is written. */
  const pushOut = async (prefix: string) => {
    const requests = Array.from({ length: 500 }, (_, i) =>
      request('POST', path(), shop.token(`${prefix}-${i}`), '{"quantity":0}'),
    )
    const counts = tally(await flood(narrow.flash, closing(requests)))
    expect((counts[400] ?? 0) + (counts[503] ?? 0)).toBe(500)
    return counts
  }
  const evicted = (dict: string) => metricOf(narrow.ops, `sluice_door_evictions_total{dict="${dict}"}`)

  test('push an entry out: its buyer has one click more, the same place, one order; it is counted', async () => {
    const memory = await nginxMb(narrow.pid)
    const victim = shop.token('pushed-out')
    const first = await click(narrow.flash, shop.sale, victim)
    expect(first.status).toBe(202)
    expectRefused(await click(narrow.flash, shop.sale, victim), 'too_many_requests')
    await pushOut('crowd')
    expect(await evicted('buys')).toBeGreaterThan(100)
    // The attacker who wanted his own entry gone gains as much as the victim loses: nothing.
    const again = await click(narrow.flash, shop.sale, victim)
    expect([again.status, again.json.ticket]).toEqual([200, first.json.ticket])
    await shop.books()
    expect((await shop.orders(shop.sale)).filter(({ buyer }) => buyer === 'pushed-out')).toHaveLength(1)
    expect((await nginxMb(narrow.pid)) - memory).toBeLessThan(60)
  })

  test('poll for others: who is pushed out of the list of polls is still answered', async () => {
    const polls = Array.from({ length: 500 }, (_, i) =>
      request('GET', '/api/orders', shop.token(`crowd-${i}`)),
    )
    const attack = flood(narrow.flash, closing(polls))
    const victim = await shop.send('GET', '/api/orders', shop.as('pushed-out'))
    expect(victim.json).toHaveLength(1)
    expect(tally(await attack)).toEqual({ 200: 500 })
    expect(await evicted('polls')).toBeGreaterThan(0)
  })

  test('push a holder out of the list of those who have a place: the place is still his', async () => {
    const sale = await shop.sell({ stock: 1, standby: 0, opensAt: Date.now() - 1_000 })
    const { ticket } = (await click(narrow.flash, sale, shop.token('holder'))).json
    await shop.books(sale)
    // A few hundred others get places elsewhere.
    const crowd = await shop.sell({ stock: 400 })
    const joins = Array.from({ length: 400 }, (_, i) =>
      request('POST', `/api/sales/${crowd}/orders`, shop.token(`join-${i}`), '{}'),
    )
    const counts = tally(await flood(narrow.flash, closing(joins)))
    expect((counts[202] ?? 0) + (counts[503] ?? 0)).toBe(400)
    expect(await evicted('admitted')).toBeGreaterThan(0)
    // A click is told what any new buyer is told; the ticket in hand says what is true.
    await pause(300)
    const clicked = await click(narrow.flash, sale, shop.token('holder'))
    expect([200, 429, 503, 410]).toContain(clicked.status)
    const { json } = await shop.send('GET', `/api/tickets/${ticket}`, shop.as('holder'))
    expect(json.state).toBe('awaiting_payment')
    expect(await shop.orders(sale)).toHaveLength(1)
    expect((await shop.audit(crowd)).audit).toMatchObject({ ok: true })
  })
})

test('the books are in order after all this', async () => {
  expect((await shop.audit(shop.sale)).audit).toMatchObject({ ok: true })
})
