import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Answer, call, eventually } from '../door/call.ts'
import { type AttackedShop, openAttackedShop } from './attacked-shop.ts'

// One buyer holds what one buyer may hold, and not for longer than there is to pay. Many accounts hold more: see
// docs/security.md.

let shop: AttackedShop
beforeAll(async () => {
  shop = await openAttackedShop()
})
afterAll(() => shop?.close())

const clickAs = (sale: number, token: string, body: object): Promise<Answer> =>
  shop.send(
    'POST',
    `/api/sales/${sale}/orders`,
    { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    JSON.stringify(body),
  )

const clickInside = (sale: number, buyer: string, body: object, gateway = 0): Promise<Answer> =>
  call(shop.at.ports.gateways[gateway]!, 'POST', `/api/sales/${sale}/orders`, {
    headers: {
      ...{ 'content-type': 'application/json', 'x-user-id': buyer },
      'x-edge-key': shop.at.secrets.edgeKey,
    },
    body: JSON.stringify(body),
  })

describe('one account', () => {
  test('in two tabs with two sign-ins, fifty clicks at once for different quantities: one order', async () => {
    const sale = await shop.sell({ stock: 20, perUser: 3 })
    const tabs = [shop.token('grabber', 600), shop.token('grabber', 700)]
    const door = Array.from({ length: 50 }, (_, i) => clickAs(sale, tabs[i % 2]!, { quantity: 1 + (i % 3) }))
    // And as many as if the door's limit were not there.
    const inside = Array.from({ length: 50 }, (_, i) =>
      clickInside(sale, 'grabber', { quantity: 1 + (i % 3) }, i % 2),
    )
    const answers = await Promise.all([...door, ...inside])
    for (const { status } of answers) expect([200, 202, 429]).toContain(status)
    const tickets = answers.flatMap(({ status, json }) => (status === 429 ? [] : [json.ticket]))
    expect(new Set(tickets).size).toBe(1)
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(1)
    await shop.books(sale)
    const orders = await shop.orders(sale)
    expect(orders).toHaveLength(1)
    expect(orders[0]!.quantity).toBeLessThanOrEqual(3)
    expect((await shop.audit(sale)).audit).toMatchObject({ ok: true, tickets: 1, sold: orders[0]!.quantity })
  })

  test('can not ask for more than the sale allows one buyer, in any number of clicks', async () => {
    const sale = await shop.sell({ stock: 20, perUser: 2 })
    const told: (number | string)[] = []
    // Straight at a gateway: the door's limit is no help here.
    for (const quantity of [3, 20, 2, 1]) {
      const { status, json } = await clickInside(sale, 'glutton', { quantity })
      told.push(json.code ?? status)
    }
    expect(told).toEqual(['invalid_request', 'invalid_request', 202, 200])
    await shop.books(sale)
    expect(await shop.orders(sale)).toMatchObject([{ buyer: 'glutton', quantity: 2 }])
  })
})

describe('many accounts that never pay', () => {
  test('hold every unit until the time to pay is over; then those who stand by get them, by themselves', async () => {
    const sale = await shop.sell({ stock: 4, standby: 4, payWithinS: 3 })
    const farm = await Promise.all(
      Array.from({ length: 4 }, (_, i) => clickAs(sale, shop.token(`farm-${i}`), {})),
    )
    expect(farm.map(({ status }) => status)).toEqual([202, 202, 202, 202])
    await shop.books(sale)
    expect(await shop.orders(sale)).toHaveLength(4)
    // The honest stand by.
    const honest = await Promise.all(
      Array.from({ length: 3 }, (_, i) => clickAs(sale, shop.token(`honest-${i}`), {})),
    )
    expect(honest.map(({ status }) => status)).toEqual([202, 202, 202])
    const by = async (prefix: string) =>
      (await shop.orders(sale)).filter(({ buyer }) => buyer.startsWith(prefix))
    // Nobody has clicked again.
    await eventually(async () => (await by('honest-')).length === 3)
    expect((await by('farm-')).map(({ state }) => state)).toEqual(Array(4).fill('expired'))
    expect((await shop.audit(sale)).audit).toMatchObject({ ok: true, tickets: 7 })
  })
})
