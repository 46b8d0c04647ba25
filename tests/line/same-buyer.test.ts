import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { saleKeys } from '../../contract/keys.ts'
import { pollAll } from '../crowd.ts'
import { type Answer, call, click, eventually } from '../door/call.ts'
import { openShop, type Shop } from '../lend-stack.ts'
import { borrowStack } from './borrow-stack.ts'

const TIMES = 50

let shop: Shop
let door: number
beforeAll(async () => {
  shop = await openShop(borrowStack())
  door = shop.at.ports.flash
})
afterAll(() => shop?.close())

/** A click as the door hands it on. */
const clickAtGateway = (port: number, sale: number, buyer: string, body: object = {}): Promise<Answer> =>
  call(port, 'POST', `/api/sales/${sale}/orders`, {
    headers: {
      'content-type': 'application/json',
      'x-edge-key': shop.at.secrets.edgeKey,
      'x-user-id': buyer,
    },
    body: JSON.stringify(body),
  })

const clickWith = (sale: number, buyer: string, body: string) =>
  call(door, 'POST', `/api/sales/${sale}/orders`, {
    headers: { 'content-type': 'application/json', authorization: `Bearer ${shop.token(buyer)}` },
    body,
  })

const statuses = (answers: Answer[]) => answers.map(({ status }) => status).sort()

describe('the same buyer, 50 times at once', () => {
  test('through the door: one ticket, one order', async () => {
    const sale = await shop.sell()
    const token = shop.token('anna')
    const began = Date.now()
    const answers = await Promise.all(Array.from({ length: TIMES }, () => click(door, sale, token)))
    // One click in two seconds comes through: a second one only where the machine is so slow.
    const passed = answers.filter(({ status }) => status !== 429)
    expect(passed.length).toBeLessThanOrEqual(1 + (Date.now() - began) / 2_000)
    expect(statuses(passed)).toEqual([...Array(passed.length - 1).fill(200), 202])
    expect(new Set(passed.map(({ json }) => json.ticket)).size).toBe(1)
    for (const { status, headers } of answers)
      if (status === 429) expect(headers['retry-after']).toMatch(/^[12]$/)
    const { ticket } = answers.find(({ status }) => status === 202)!.json
    expect(await pollAll(shop.at, [{ buyer: 'anna', ticket }])).toMatchObject([{ state: 'awaiting_payment' }])
    await expectOneOrder(sale, 'anna')
  })

  test('straight at both gateways: one ticket, one order, also after it is ordered', async () => {
    const sale = await shop.sell()
    const many = () =>
      Promise.all(
        Array.from({ length: TIMES }, (_, i) =>
          clickAtGateway(shop.at.ports.gateways[i % 2]!, sale, 'berta'),
        ),
      )
    const first = await many()
    expect(statuses(first)).toEqual([...Array(TIMES - 1).fill(200), 202])
    const tickets = new Set(first.map(({ json }) => json.ticket))
    expect(tickets.size).toBe(1)
    await eventually(async () => (await shop.orders(sale)).length === 1)
    const second = await many()
    expect(statuses(second)).toEqual(Array(TIMES).fill(200))
    for (const { json } of second) expect(tickets).toContain(json.ticket)
    await expectOneOrder(sale, 'berta')
  })

  test('two buyers whose names differ in one letter are two', async () => {
    const sale = await shop.sell()
    const buyers = ['Clara', 'clara', 'clara.', 'clar']
    for (const buyer of buyers) expect((await click(door, sale, shop.token(buyer))).status).toBe(202)
    await eventually(async () => (await shop.orders(sale)).length === buyers.length)
    expect((await shop.orders(sale)).map(({ buyer }) => buyer)).toEqual(buyers)
  })

  async function expectOneOrder(sale: number, buyer: string) {
    expect(await shop.orders(sale)).toMatchObject([{ number: 1, buyer, quantity: 1 }])
    expect(await shop.refusals(sale)).toEqual([])
    const { audit } = await shop.audit(sale)
    expect(audit).toMatchObject({ ok: true, tickets: 1, sold: 1, awaiting: 1, waiting: 0, inFlight: 0 })
  }
})

describe('two units a buyer', () => {
  test('units are counted, not tickets', async () => {
    const sale = await shop.sell({ stock: 9, perUser: 2, standby: 0, priceCents: 1_250 })
    for (const buyer of ['a', 'b', 'c', 'd'])
      expect((await clickWith(sale, buyer, '{"quantity":2}')).status).toBe(202)
    // One unit is left: two do not fit any more, one does.
    expect((await clickWith(sale, 'e', '{"quantity":2}')).json.code).toBe('line_full')
    expect((await clickWith(sale, 'f', '{"quantity":1}')).status).toBe(202)
    await eventually(async () => (await shop.orders(sale)).length === 5)
    expect(
      (await shop.orders(sale)).map((order) => [order.buyer, order.quantity, order.amount_cents]),
    ).toEqual([...['a', 'b', 'c', 'd'].map((buyer) => [buyer, 2, 2_500]), ['f', 1, 1_250]])
    const { audit } = await shop.audit(sale)
    expect(audit).toMatchObject({ ok: true, stock: 9, sold: 9, left: 0, tickets: 5 })
    await eventually(async () => (await clickWith(sale, `g${Math.random()}`, '{}')).json.code === 'sold_out')
  })

  test('a second click does not change what the first one asked for', async () => {
    const sale = await shop.sell({ perUser: 2 })
    const port = shop.at.ports.gateways[0]!
    const first = await clickAtGateway(port, sale, 'dora', { quantity: 2 })
    const again = await clickAtGateway(port, sale, 'dora', { quantity: 1 })
    expect([first.status, again.status]).toEqual([202, 200])
    expect(again.json.ticket).toBe(first.json.ticket)
    await eventually(async () => (await shop.orders(sale)).length === 1)
    expect(await shop.orders(sale)).toMatchObject([{ buyer: 'dora', quantity: 2 }])
  })

  describe('a quantity that is none is refused and writes nothing', () => {
    let sale: number
    let buyers = 0
    beforeAll(async () => {
      sale = await shop.sell({ perUser: 2 })
    })
    test.each([
      '0',
      '-1',
      '1.5',
      '"2"',
      '1e9',
      'null',
      '[]',
      '3',
      'true',
      '{}',
      '1001',
      '-0.5',
      '1e400',
      '""',
    ])('%s', async (quantity) => {
      const answer = await clickWith(sale, `eve${++buyers}`, `{"quantity":${quantity}}`)
      expect([answer.status, answer.json.code]).toEqual([400, 'invalid_request'])
      expect(answer.headers['content-type']).toBe('application/problem+json')
      const card = await shop.redis.hmget(saleKeys(sale).card, 'next', 'waiting', 'flying')
      expect(card).toEqual(['1', '0', '0'])
      expect([await shop.orders(sale), await shop.refusals(sale)]).toEqual([[], []])
    })
  })
})

test('a click without any body asks for one unit', async () => {
  const sale = await shop.sell()
  const answer = await call(door, 'POST', `/api/sales/${sale}/orders`, {
    headers: { authorization: `Bearer ${shop.token('nobody')}` },
  })
  expect(answer.status).toBe(202)
  await eventually(async () => (await shop.orders(sale)).length === 1)
  expect(await shop.orders(sale)).toMatchObject([{ buyer: 'nobody', quantity: 1 }])
})
