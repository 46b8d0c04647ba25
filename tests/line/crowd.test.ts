import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { admitted, clickAll, pollAll, type Told, tally } from '../crowd.ts'
import { click, eventually } from '../door/call.ts'
import { openShop, type Shop } from '../lend-stack.ts'
import { borrowStack } from './borrow-stack.ts'

const BUYERS = 20_000
const STOCK = 200

let shop: Shop
beforeAll(async () => {
  shop = await openShop(borrowStack())
})
afterAll(() => shop?.close())

const clickOnce = (sale: number, buyer: string) => click(shop.at.ports.flash, sale, shop.token(buyer))

/** The ways in which a crowd may be answered here. */
const answersOf = (told: Told[]) => Object.keys(tally(told)).sort()

describe('20,000 buyers, 200 units, nobody may stand by', () => {
  let sale: number
  let told: Told[]
  beforeAll(async () => {
    sale = await shop.sell({ stock: STOCK, standby: 0, release: { batch: 10, everyMs: 100 } })
    told = await clickAll(shop.at, { sale, buyers: BUYERS, prefix: 'crowd' })
  })

  test('200 get a ticket, all others the true reason', async () => {
    expect(tally(told)['202']).toBe(STOCK)
    expect(new Set(told.map(({ buyer }) => buyer)).size).toBe(BUYERS)
    const won = await pollAll(shop.at, admitted(told))
    expect(won.map(({ state }) => state)).toEqual(Array(STOCK).fill('awaiting_payment'))

    // Full while units might still come back, sold out only once the last one was taken.
    const orders = await shop.orders(sale)
    const firstSoldOut = Math.min(...told.filter(({ code }) => code === 'sold_out').map(({ at }) => at))
    const lastFull = Math.max(...told.filter(({ code }) => code === 'line_full').map(({ at }) => at))
    expect(answersOf(told).filter((answer) => answer !== '202' && answer !== '410 sold_out')).toEqual([
      '503 line_full',
    ])
    expect(firstSoldOut).toBeGreaterThan(Math.max(...orders.map((order) => order.released_at.getTime())))
    expect(lastFull).toBeLessThan(Math.max(...orders.map((order) => order.created_at.getTime())) + 2_000)
  })

  test('every 202 became an order of its own buyer, and nobody else got one', async () => {
    const tickets = admitted(told)
    const orders = await shop.orders(sale)
    expect(orders.map(({ number, buyer }) => ({ number, buyer }))).toEqual(
      tickets.map(({ number, buyer }) => ({ number, buyer })).sort((a, b) => a.number - b.number),
    )
    expect(orders.map(({ number }) => number)).toEqual(Array.from({ length: STOCK }, (_, i) => i + 1))
    for (const { quantity, amount_cents, currency, state } of orders)
      expect({ quantity, amount_cents, currency, state }).toEqual({
        quantity: 1,
        amount_cents: 990,
        currency: 'EUR',
        state: 'awaiting_payment',
      })
    expect(await shop.refusals(sale)).toEqual([])
  })

  test('after the last unit is taken a click is told so', async () => {
    await eventually(async () => (await clickOnce(sale, 'late')).json.code === 'sold_out')
    const late = await clickOnce(sale, 'later')
    expect([late.status, late.json.code]).toEqual([410, 'sold_out'])
  })

  test('the audit agrees, and names the ticket of an order that is missing', async () => {
    const { code, audit } = await shop.audit(sale)
    expect(audit).toMatchObject({
      ok: true,
      stock: STOCK,
      sold: STOCK,
      awaiting: STOCK,
      left: 0,
      problems: [],
    })
    expect(audit).toMatchObject({ tickets: STOCK, waiting: 0, inFlight: 0 })
    expect(audit.outcomes).toMatchObject({ awaiting_payment: STOCK, sold_out: 0, duplicate: 0, closed: 0 })
    expect(code).toBe(0)

    await shop.mysql.query('DELETE FROM orders WHERE sale_id = ? AND number = 77', [sale])
    const after = await shop.audit(sale)
    expect(after.code).toBe(1)
    expect(after.audit.ok).toBe(false)
    expect(after.audit.problems.join('\n')).toContain(`ticket ${sale}-77 `)
  })
})

describe('20,000 buyers, 200 units, 50 may stand by', () => {
  test('exactly 50 wait, and closing the sale answers them', async () => {
    const sale = await shop.sell({ stock: STOCK, standby: 50, release: { batch: 10, everyMs: 100 } })
    const told = await clickAll(shop.at, { sale, buyers: BUYERS, prefix: 'standby' })
    expect(tally(told)).toEqual({ '202': STOCK + 50, '503 line_full': BUYERS - STOCK - 50 })
    const tickets = admitted(told).sort((a, b) => a.number - b.number)
    const [winners, standing] = [tickets.slice(0, STOCK), tickets.slice(STOCK)]
    const won = await pollAll(shop.at, winners)
    expect(won.map(({ state }) => state)).toEqual(Array(STOCK).fill('awaiting_payment'))

    // Half a second, so that a release too many would have come through.
    await new Promise((resolve) => setTimeout(resolve, 500))
    const open = await shop.audit(sale)
    expect(open.audit).toMatchObject({ ok: true, sold: STOCK, tickets: STOCK + 50, waiting: 50, inFlight: 0 })
    expect(open.code).toBe(0)
    const late = await clickOnce(sale, 'late')
    expect([late.status, late.json.code, late.headers['retry-after']]).toEqual([503, 'line_full', '2'])

    expect((await shop.sluice('sale', 'close', String(sale))).code).toBe(0)
    const closed = await pollAll(shop.at, standing)
    expect(closed.map(({ state }) => state)).toEqual(Array(50).fill('closed'))
    await eventually(async () => (await shop.refusals(sale)).length === 50)
    expect((await shop.refusals(sale)).map(({ number, buyer, state }) => ({ number, buyer, state }))).toEqual(
      standing.map(({ number, buyer }) => ({ number, buyer, state: 'closed' })),
    )
    const { code, audit } = await shop.audit(sale)
    expect(audit).toMatchObject({ ok: true, sold: STOCK, waiting: 0, inFlight: 0 })
    expect(audit.outcomes).toMatchObject({ awaiting_payment: STOCK, closed: 50, sold_out: 0 })
    expect(code).toBe(0)
    const after = await clickOnce(sale, 'after')
    expect([after.status, after.json.code]).toEqual([410, 'ended'])
  })
})
