import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { signTicket } from '../../contract/ticket.ts'
import { type Answer, call } from '../door/call.ts'
import { type AttackedShop, expectRefused, openAttackedShop } from './attacked-shop.ts'

// A ticket or an order is its holder's. Counting upwards finds nothing, and says nothing about what is there.

let shop: AttackedShop
let victim: { ticket: string; order: string }
let own: { ticket: string; order: string }
beforeAll(async () => {
  shop = await openAttackedShop({ stock: 12 })
  victim = await shop.honest('victim')
  own = await shop.honest('walker')
})
afterAll(() => shop?.close())

const CALLS = [
  ['GET', (ticket: string) => `/api/tickets/${ticket}`],
  ['DELETE', (ticket: string) => `/api/tickets/${ticket}`],
] as const

let walkers = 0
/** Each with an account of its own, so that no limit answers first. */
const walk = (method: string, path: string): Promise<Answer> =>
  shop.send(method, path, shop.as(`walker-${++walkers}`))

const mac = (secret: string, signed: string) =>
  createHmac('sha256', secret).update('ticket|').update(signed).digest('base64url').slice(0, 22)

describe('a ticket', () => {
  test.each(CALLS)('of somebody else: %s', async (method, path) => {
    await shop.refuses(() => walk(method, path(victim.ticket)), 'unknown_ticket')
    await shop.refuses(() => shop.send(method, path(victim.ticket), shop.as('walker')), 'unknown_ticket')
    await shop.refuses(() => shop.send(method, path(victim.ticket)), 'unauthenticated')
  })

  test('signed by whoever walks the numbers', async () => {
    const before = await shop.books()
    const { jwt, edgeKey, ticket } = shop.at.secrets
    const expiresS = Number(own.ticket.split('.')[3])
    for (let number = 1; number <= 8; number++) {
      const walker = `walker-${walkers + 1}`
      const wanted = { sale: shop.sale, number, quantity: 1, expiresS, buyer: walker }
      const self = Buffer.from(walker).toString('base64url')
      const signed = `${shop.sale}.${number}.1.${expiresS}.${self}`
      const tries = [
        signTicket('guessed', wanted),
        signTicket(jwt, wanted),
        signTicket(edgeKey, wanted),
        // The MAC of another ticket, of nothing, and of the same words without their purpose.
        `${signed}.${own.ticket.split('.').at(-1)}`,
        `${signed}.${'A'.repeat(22)}`,
        `${signed}.${createHmac('sha256', ticket).update(signed).digest('base64url').slice(0, 22)}`,
      ]
      for (const text of tries) {
        const headers = shop.as(walker)
        walkers += 1
        // Its signature is asked before its buyer is: all of these are wrong.
        expectRefused(await shop.send('GET', `/api/tickets/${text}`, headers), 'unknown_ticket')
        walkers -= 1
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
      walkers += 1
    }
    expect(await shop.books()).toEqual(before)
  })

  test('past its end', async () => {
    const signed = own.ticket.split('.')
    const past = `${signed[0]}.${signed[1]}.${signed[2]}.${Math.floor(Date.now() / 1000) - 1}.${signed[4]}`
    const ended = `${past}.${mac(shop.at.secrets.ticket, past)}`
    await shop.refuses(() => shop.send('GET', `/api/tickets/${ended}`, shop.as('walker')), 'unknown_ticket')
  })

  test('for more than was asked for changes nothing about the order', async () => {
    // Even with the ticket key: what Redis and MySQL know of a number counts, not what its ticket says.
    const [sale, number, , expires, buyer] = own.ticket.split('.')
    const more = `${sale}.${number}.9.${expires}.${buyer}`
    const before = await shop.books()
    const answer = await shop.send(
      'GET',
      `/api/tickets/${more}.${mac(shop.at.secrets.ticket, more)}`,
      shop.as('walker'),
    )
    expect(answer.json).toMatchObject({ state: 'awaiting_payment', order: own.order })
    expect(await shop.books()).toEqual(before)
  })
})

describe('a ticket that waits, which the door answers by itself', () => {
  let line: number
  let waiting: string
  beforeAll(async () => {
    line = await shop.sell({ stock: 1, standby: 300 })
    // Far enough behind the head that no gateway is asked.
    const crowd = Array.from({ length: 200 }, (_, i) =>
      shop.send('POST', `/api/sales/${line}/orders`, shop.as(`ahead-${i}`), '{}'),
    )
    for (const { status } of await Promise.all(crowd)) expect(status).toBe(202)
    const { json } = await shop.send('POST', `/api/sales/${line}/orders`, shop.as('patient'), '{}')
    waiting = json.ticket
    await shop.books(line)
  })

  test('is nobody else’s to read or to leave, nor with another number', async () => {
    const [sale, number, quantity, expires, buyer, proof] = waiting.split('.')
    const texts = [
      waiting,
      `${sale}.${Number(number) + 50}.${quantity}.${expires}.${buyer}.${proof}`,
      `${sale}.${number}.${quantity}.${expires}.${Buffer.from('impatient').toString('base64url')}.${proof}`,
      signTicket(shop.at.secrets.jwt, {
        ...{ sale: line, number: 9_000, quantity: 1, expiresS: Number(expires), buyer: 'impatient' },
      }),
    ]
    const before = await shop.books(line)
    for (const text of texts)
      for (const method of ['GET', 'DELETE'])
        expectRefused(await shop.send(method, `/api/tickets/${text}`, shop.as('impatient')), 'unknown_ticket')
    expect(await shop.books(line)).toEqual(before)
    const { json } = await shop.send('GET', `/api/tickets/${waiting}`, shop.as('patient'))
    expect(json).toMatchObject({ state: 'waiting' })
  })
})

describe('an order', () => {
  const METHODS = [
    ['GET', ''],
    ['DELETE', ''],
    ['POST', '/payment'],
  ] as const

  test.each(METHODS)('%s of each number: as unknown as one that does not exist', async (method, rest) => {
    const before = await shop.books()
    const told = new Set<string>()
    for (const order of [
      victim.order,
      ...Array.from({ length: 12 }, (_, i) => `${shop.sale}-${i + 1}`),
      `${shop.sale}-999999`,
    ]) {
      const answer = await walk(method, `/api/orders/${order}${rest}`)
      expectRefused(answer, 'unknown_order')
      const { date, 'x-request-id': request, ...headers } = answer.headers
      expect(answer.text.split(`"request":"${request}"`)).toHaveLength(2)
      told.add(JSON.stringify([answer.text.replace(String(request), ''), headers]))
    }
    // Word for word the same, but for the number of the call, whether somebody has it or not.
    expect([...told]).toHaveLength(1)
    expect(await shop.books()).toEqual(before)
  })

  test('the list shows one’s own, however it is asked for', async () => {
    for (const query of ['', '?buyer=victim', `?sale=${shop.sale}`, '?limit=100000&offset=-1']) {
      const { json } = await shop.send('GET', `/api/orders${query}`, shop.as('walker'))
      expect(json.map(({ order }: { order: string }) => order)).toEqual([own.order])
    }
  })
})

describe('fifty times at once', () => {
  const TIMES = 50
  /** Straight at the gateways, so that the door’s limit is no help. */
  const race = async (method: string, path: string, buyer: string) => {
    const { gateways } = shop.at.ports
    const headers = { 'x-edge-key': shop.at.secrets.edgeKey, 'x-user-id': buyer }
    return Promise.all(
      Array.from({ length: TIMES }, (_, i) =>
        call(gateways[i % gateways.length]!, method, path, { headers }),
      ),
    )
  }

  test('one cancels one’s order: one unit comes back', async () => {
    const one = await shop.honest('canceller')
    const answers = await race('DELETE', `/api/orders/${one.order}`, 'canceller')
    expect(answers.map(({ status }) => status)).toContain(204)
    for (const { status } of answers) expect([204, 409]).toContain(status)
    const { audit } = await shop.audit(shop.sale)
    expect(audit).toMatchObject({ ok: true, sold: 2 })
  })

  test('one opens one’s payment: one payment', async () => {
    const one = await shop.honest('opener')
    const answers = await race('POST', `/api/orders/${one.order}/payment`, 'opener')
    expect(answers.map(({ status }) => status)).toContain(201)
    for (const { status } of answers) expect([201, 409, 503]).toContain(status)
    const urls = answers.filter(({ status }) => status === 201).map(({ json }) => json.payUrl)
    expect(new Set(urls).size).toBe(1)
    const { rows } = (await shop.books()) as { rows: unknown[][] }
    expect(rows[2]).toHaveLength(1)
  })

  test('others cancel and pay the victim’s order: it stays as it is', async () => {
    const before = await shop.books()
    for (const answer of await race('DELETE', `/api/orders/${victim.order}`, 'racer'))
      expectRefused(answer, 'unknown_order')
    for (const answer of await race('POST', `/api/orders/${victim.order}/payment`, 'racer'))
      expectRefused(answer, 'unknown_order')
    expect(await shop.books()).toEqual(before)
    const { json } = await shop.send('GET', `/api/tickets/${victim.ticket}`, shop.as('victim'))
    expect(json).toMatchObject({ state: 'awaiting_payment', order: victim.order })
  })
})
