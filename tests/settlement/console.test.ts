import { afterAll, beforeAll, expect, test } from 'vitest'
import { type LentConsole, lendConsole, type Send } from '../console/lend-console.ts'
import { makeOrders } from '../orders/make-orders.ts'
import { pay, sold, stockUp } from './settled-shop.ts'

// Real stores on a machine that runs other tests beside these.
let lent: LentConsole
let anna: Send
let vera: Send
beforeAll(async () => {
  lent = await lendConsole()
  ;[anna, vera] = [await lent.signIn('anna'), await lent.signIn('vera')]
})
afterAll(() => lent?.stop())

test('an operator sees what blocks a settlement, and settles when nothing does', async () => {
  const shop = await makeOrders(lent, 3, ['ann', 'bob'], { sku: await stockUp(lent, 3) })
  const path = (step: string) => `/api/sales/${shop.sale}/${step}`
  await pay(shop, 1, 'ann')
  expect((await anna('GET', path('settlement'))).json).toMatchObject({
    ...{ phase: 'published', possible: false, settlement: null },
    ...{
      blockers: { awaitingPayment: 1 },
      detail: expect.stringMatching(/close it first.*1 awaiting payment/),
    },
  })
  await anna('POST', path('close'), {})
  const refused = await anna('POST', path('settle'), {})
  expect(refused).toMatchObject({ status: 409, json: { code: 'conflict', awaitingPayment: 1, waiting: 0 } })
  expect(refused.json.possibleAt).toBeGreaterThan(Date.now())
  await pay(shop, 2, 'bob')
  expect((await anna('GET', path('settlement'))).json).toMatchObject({ possible: true, detail: '' })
  expect((await vera('POST', path('settle'), {})).json).toMatchObject({ code: 'forbidden' })
  const first = await anna('POST', path('settle'), { reason: 'the day is over' })
  expect(first.json).toMatchObject({
    again: false,
    settlement: { unitsBack: 1, orders: 2, settledBy: 'anna' },
  })
  expect((await anna('POST', path('settle'), {})).json).toEqual({ ...first.json, again: true })
  expect((await vera('GET', path('settlement'))).json).toMatchObject({
    ...{ phase: 'settled', possible: false, blockers: null, settlement: { outbox: { sent: 0, waiting: 2 } } },
  })
  const [action] = (await anna('GET', `/api/actions?sale=${shop.sale}`)).json.actions
  expect(action).toMatchObject({ who: 'anna', action: 'sale.settle', reason: 'the day is over' })
  expect((await vera('GET', path('events'))).json.events).toMatchObject([{ kind: 'settlement', who: 'anna' }])
})

test('whoever may look may prove, and take the evidence and the orders away', async () => {
  const shop = await sold(lent, { stock: 2, buyers: ['=ann'], paid: 1, title: '<img src=x>' })
  const path = (step: string) => `/api/sales/${shop.sale}/${step}`
  expect((await vera('POST', path('audit'), {})).json).toMatchObject({ ok: true, paid: 1, problems: [] })
  const evidence = await vera('GET', path('evidence'))
  expect(evidence.headers['content-type']).toBe('text/html; charset=utf-8')
  expect(evidence.headers['content-disposition']).toBe(
    `attachment; filename="sale-${shop.sale}-evidence.html"`,
  )
  expect(evidence.text).toContain('&lt;img src=x&gt;')
  expect(evidence.text).not.toContain('<img')
  const orders = await vera('GET', path('orders'))
  expect(orders.headers['content-type']).toBe('text/csv; charset=utf-8')
  expect(orders.text).toMatch(new RegExp(`^order,.*\\r\\n${shop.sale}-1,1,'=ann,1,990,EUR,paid,`))
  for (const step of ['evidence', 'orders', 'events', 'settlement']) {
    expect((await vera('GET', `/api/sales/99999/${step}`)).json).toMatchObject({ code: 'unknown_sale' })
    expect((await lent.nobody('GET', path(step))).json).toMatchObject({ code: 'unauthenticated' })
  }
  expect((await vera('POST', '/api/sales/99999/audit', {})).json).toMatchObject({ code: 'unknown_sale' })
})
