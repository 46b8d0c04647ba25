import { afterAll, beforeAll, describe, test } from 'vitest'
import { type Answer, call, pause } from '../door/call.ts'
import { type AttackedShop, openAttackedShop } from './attacked-shop.ts'

// The server's clock opens and closes a sale. Clicks at many offsets around both moments, through the door and (where
// the door's own question is gone) with its key straight at a gateway: the line asks again.

let shop: AttackedShop
beforeAll(async () => {
  shop = await openAttackedShop()
})
afterAll(() => shop?.close())

const OFFSETS_MS = [
  -900, -600, -400, -200, -100, -50, -25, -12, -6, -3, -1, 0, 1, 3, 6, 12, 25, 50, 100, 200, 400,
]

interface Told {
  buyer: string
  sentAt: number
  answeredAt: number
  answer: Answer
}

/** Clicks at `at` plus each offset, each click by another buyer. */
function clickAround(at: number, click: (buyer: string) => Promise<Answer>, prefix: string): Promise<Told[]> {
  return Promise.all(
    OFFSETS_MS.map(async (offset, i) => {
      await pause(Math.max(0, at + offset - Date.now() - 2))
      while (Date.now() < at + offset) await new Promise(setImmediate)
      const buyer = `${prefix}${i}`
      const sentAt = Date.now()
      const answer = await click(buyer)
      return { buyer, sentAt, answeredAt: Date.now(), answer }
    }),
  )
}

const throughDoor = (sale: number) => (buyer: string) =>
  shop.send(
    'POST',
    `/api/sales/${sale}/orders`,
    // Clocks that a client brings along.
    { ...shop.as(buyer), date: 'Sat, 01 Jan 2050 00:00:00 GMT', 'x-now': '4000000000000' },
    '{"now":4000000000000,"opensAt":0}',
  )

const atGateway = (sale: number) => (buyer: string) =>
  call(shop.at.ports.gateways[0]!, 'POST', `/api/sales/${sale}/orders`, {
    headers: {
      'content-type': 'application/json',
      'x-edge-key': shop.at.secrets.edgeKey,
      'x-user-id': buyer,
    },
    body: '{}',
  })

const WAYS = [
  ['through the door', throughDoor],
  ['straight at a gateway', atGateway],
] as const

describe.concurrent.each(WAYS)('%s', (way, click) => {
  test('nobody is in before the opening', async ({ expect }) => {
    const opensAt = Date.now() + 4_000
    const sale = await shop.sell({ stock: 60, opensAt, closesAt: opensAt + 600_000 })
    const told = await clickAround(opensAt, click(sale), `early-${way.length}-`)
    for (const { sentAt, answeredAt, answer } of told) {
      const clicked = `sent ${sentAt - opensAt} ms, answered ${answeredAt - opensAt} ms after the opening`
      if (answeredAt < opensAt) {
        expect([answer.status, answer.json.code, answer.json.opensAt], clicked).toEqual([
          ...[409, 'not_open', opensAt],
        ])
      }
      if (answer.status !== 202) expect(answer.json.code, clicked).toBe('not_open')
      // nginx takes the time once a turn of its loop, so it may be some ms late, and never early.
      if (sentAt > opensAt + 150) expect(answer.status, clicked).toBe(202)
    }
    expect(told.filter(({ answeredAt }) => answeredAt < opensAt).length).toBeGreaterThan(0)
    const joined = told.filter(({ answer }) => answer.status === 202)
    expect(joined.length).toBeGreaterThan(0)
    await shop.books(sale)
    const rows = await shop.orders(sale)
    expect(rows.map(({ buyer }) => buyer).sort()).toEqual(joined.map(({ buyer }) => buyer).sort())
    for (const { released_at } of rows) expect(released_at.getTime()).toBeGreaterThanOrEqual(opensAt)
  })

  test('nobody is in after the end', async ({ expect }) => {
    const closesAt = Date.now() + 4_000
    const sale = await shop.sell({ stock: 60, closesAt })
    const told = await clickAround(closesAt, click(sale), `late-${way.length}-`)
    for (const { sentAt, answeredAt, answer } of told) {
      const clicked = `sent ${sentAt - closesAt} ms, answered ${answeredAt - closesAt} ms after the end`
      if (sentAt >= closesAt) expect([answer.status, answer.json.code], clicked).toEqual([410, 'ended'])
      if (answeredAt < closesAt) expect(answer.status, clicked).toBe(202)
    }
    const joined = told.filter(({ answer }) => answer.status === 202)
    expect(joined.length).toBeGreaterThan(0)
    // Whoever was in, and was not released before the end, is told so; nobody else has a row.
    await shop.books(sale)
    const rows = [...(await shop.orders(sale)), ...(await shop.refusals(sale))]
    expect(rows.map(({ buyer }) => buyer).sort()).toEqual(joined.map(({ buyer }) => buyer).sort())
    expect((await shop.audit(sale)).audit).toMatchObject({ ok: true })
  })
})
