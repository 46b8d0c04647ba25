import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from '../door/call.ts'
import { type AttackedShop, expectRefused, openAttackedShop } from './attacked-shop.ts'
import { exchange } from './raw.ts'
import { LOOK_ALIKES, NAMES, NO_NUMBERS } from './spellings.ts'

// One thing has one name. What only looks like it is nothing, or somebody else.

let shop: AttackedShop
beforeAll(async () => {
  shop = await openAttackedShop({ stock: 40 })
})
afterAll(() => shop?.close())

let buyers = 0
const someone = () => shop.as(`namer${++buyers}`)

describe('a sale', () => {
  const spellings = () => [
    ...LOOK_ALIKES.map((form) => form.replace('N', String(shop.sale))),
    ...NO_NUMBERS,
    String(shop.sale + 2 ** 32),
    String(BigInt(shop.sale) + 2n ** 64n),
    `${shop.sale}`.replace(/\d/g, (digit) => encodeURIComponent(String.fromCharCode(0xff10 + Number(digit)))),
  ]

  test('of every look-alike name is unknown, to a click and to a look', async () => {
    const before = await shop.books()
    for (const name of spellings()) {
      for (const [method, path] of [
        ['POST', `/api/sales/${name}/orders`],
        ['GET', `/api/sales/${name}`],
      ] as const) {
        const body = method === 'POST' ? '{}' : ''
        const headers = Object.entries(someone()).map(([key, value]) => `${key}: ${value}\r\n`)
        const [answer] = await exchange(
          shop.door,
          `${method} ${path} HTTP/1.1\r\nHost: f\r\nConnection: close\r\n${headers.join('')}Content-Length: ${body.length}\r\n\r\n${body}`,
        )
        expect([400, 404], `${method} ${path}`).toContain(answer?.status)
        expect(answer?.body, `${method} ${path}`).toMatch(/"code":"(unknown_sale|not_found|invalid_request)"/)
      }
    }
    expect(await shop.books()).toEqual(before)
  })

  test('may be percent-encoded: it is the same one', async () => {
    const encoded = String(shop.sale).replace(/\d/g, (digit) => `%3${digit}`)
    const answer = await shop.send('GET', `/api/sales/${encoded}`)
    expect([answer.status, answer.json.id]).toEqual([200, shop.sale])
  })
})

describe('a buyer', () => {
  test('of every odd name is himself: one order each, under his very name, seen by nobody else', async () => {
    const sale = await shop.sell({ stock: NAMES.length, standby: 0 })
    const path = `/api/sales/${sale}/orders`
    const answers = await Promise.all(NAMES.map((name) => shop.send('POST', path, shop.as(name), '{}')))
    expect(answers.map(({ status }) => status)).toEqual(NAMES.map(() => 202))
    await eventually(async () => (await shop.orders(sale)).length === NAMES.length)
    const orders = await shop.orders(sale)
    expect(orders.map(({ buyer }) => buyer).sort()).toEqual([...NAMES].sort())
    for (const [i, name] of NAMES.entries()) {
      const { number, ticket } = answers[i]!.json
      const { json } = await shop.send('GET', '/api/orders', shop.as(name))
      const here = json.filter((one: { sale: number }) => one.sale === sale)
      expect(
        here.map(({ order }: { order: string }) => order),
        name,
      ).toEqual([`${sale}-${number}`])
      const next = shop.as(NAMES[(i + 1) % NAMES.length]!)
      expectRefused(await shop.send('GET', `/api/tickets/${ticket}`, next), 'unknown_ticket')
    }
    expect((await shop.audit(sale)).audit).toMatchObject({ ok: true, sold: NAMES.length })
  })

  test.each([
    'anna ',
    ' anna',
    'an na',
    'anna\t',
    'anna\u00a0',
    'аnna',
    'ａnna',
    'anna\u200b',
    'a\u0301nna',
    'x'.repeat(129),
    '',
  ])('named %j does not exist', (name) =>
    shop.refuses(
      () => shop.send('POST', `/api/sales/${shop.sale}/orders`, shop.as(name), '{}'),
      'unauthenticated',
    ),
  )
})

describe('a ticket and an order', () => {
  let ticket: string
  let order: string
  beforeAll(async () => {
    ;({ ticket, order } = await shop.honest('namesake'))
  })

  test('have one spelling', async () => {
    const before = await shop.books()
    const [sale, number, quantity, expires, buyer, mac] = ticket.split('.') as [
      string,
      string,
      string,
      string,
      string,
      string,
    ]
    const form = (...parts: string[]) => parts.join('.')
    /** The same bytes to a lenient base64 reader: other bits behind the last byte. */
    const loose = (text: string) => {
      const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
      return text.slice(0, -1) + letters[letters.indexOf(text.at(-1)!) ^ 1]
    }
    const forms = [
      ...[
        form(`0${sale}`, number, quantity, expires, buyer, mac),
        form(sale, `0${number}`, quantity, expires, buyer, mac),
      ],
      ...[
        form(sale, `${number}e0`, quantity, expires, buyer, mac),
        form(sale, number, '2', expires, buyer, mac),
      ],
      ...[
        form(sale, number, quantity, `${expires}0`, buyer, mac),
        form(sale, number, quantity, expires, `${buyer}AA`, mac),
      ],
      ...[
        form(sale, number, quantity, expires, loose(buyer), mac),
        form(sale, number, quantity, expires, buyer, loose(mac)),
      ],
      ...[
        form(sale, number, quantity, expires, buyer, mac.toLowerCase()),
        form(sale, number, quantity, expires, buyer, mac.slice(1)),
      ],
      ...[
        `${ticket}.`,
        `.${ticket}`,
        `${ticket}=`,
        ticket.toUpperCase(),
        ticket.replaceAll('.', '_'),
        ticket + ticket,
      ],
    ].filter((text) => text !== ticket)
    for (const text of forms) {
      // Each with a token of its own would be somebody else's ticket; so wait for the polls' limit.
      const answer = await poll(`/api/tickets/${text}`)
      expect([answer.status, answer.json.code], text).toEqual([
        404,
        expect.stringMatching(/^(unknown_ticket|not_found)$/),
      ])
    }
    expect(await shop.books()).toEqual(before)
  })

  test('of an order too', async () => {
    const before = await shop.books()
    const [sale, number] = order.split('-')
    for (const text of [
      ...[
        `0${sale}-${number}`,
        `${sale}-0${number}`,
        `${sale}-${number}.0`,
        `${sale}-${number}.`,
        `${sale}_${number}`,
      ],
      ...[
        `${sale}--${number}`,
        `-${sale}-${number}`,
        `${sale}-${number}-`,
        `${sale}-${number}e0`,
        `${sale}-%2b${number}`,
      ],
      ...[`${sale}-${number}%20`, `${sale}%E2%80%93${number}`, `${sale}-${number}%00`, `${number}-${sale}-`],
      ...[
        `${Number(sale) + 2 ** 32}-${number}`,
        `${sale}-${2n ** 64n + BigInt(number!)}`,
        `${'9'.repeat(200)}-1`,
      ],
    ]) {
      const answer = await poll(`/api/orders/${text}`)
      expect([400, 404], text).toContain(answer.status)
    }
    expect(await shop.books()).toEqual(before)
  })

  /** As their holder, and again where ten a second were too many. */
  async function poll(path: string) {
    for (;;) {
      const answer = await shop.send('GET', path, shop.as('namesake'))
      if (answer.status !== 429) return answer
      await new Promise((resolve) => setTimeout(resolve, 250))
    }
  }
})
