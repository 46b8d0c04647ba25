import { afterAll, beforeAll, expect, test } from 'vitest'
import { auditSale } from '../../ops/audit/audit-sale.ts'
import { stepPhase } from '../../ops/sales/change-phase.ts'
import { call } from '../door/call.ts'
import { openShop, type Shop } from '../lend-stack.ts'
import { eventually } from '../payments/counter.ts'
import { borrowStack } from './borrow-stack.ts'

/** On a machine that runs other tests beside these. */
const PATIENCE_MS = 60_000

let shop: Shop
beforeAll(async () => {
  shop = await openShop(borrowStack())
})
afterAll(() => shop?.close())

test('after the settlement old tickets are answered, clicks are told that it has ended, and Redis knows nothing', async () => {
  const { at } = shop
  const sale = await shop.sell({ stock: 2, payWithinS: 1, standby: 2 })
  const ask = (method: string, path: string, buyer: string) => {
    const headers = { authorization: `Bearer ${shop.token(buyer)}`, 'content-type': 'application/json' }
    return call(at.ports.flash, method, path, { headers, ...(method === 'POST' ? { body: '{}' } : {}) })
  }
  const tickets = await Promise.all(
    ['ann', 'bob'].map(async (buyer) => {
      const { json } = await ask('POST', `/api/sales/${sale}/orders`, buyer)
      return { buyer, path: `/api/tickets/${json.ticket}` }
    }),
  )
  const ended = async () => (await shop.orders(sale)).filter(({ state }) => state === 'expired').length === 2
  await eventually(ended, 'expiry', PATIENCE_MS)
  await stepPhase(shop, sale, 'close')

  const settled = await shop.sluice('sale', 'settle', String(sale))
  expect(settled.json).toMatchObject({ again: false, paidUnits: 0, unitsBack: 2, orders: 0 })
  for (const { buyer, path } of tickets) {
    await eventually(
      async () => (await ask('GET', path, buyer)).json.state === 'expired',
      'the old answer',
      PATIENCE_MS,
    )
    const leaving = await ask('DELETE', path, buyer)
    expect(leaving).toMatchObject({ status: 409, json: { code: 'conflict' } })
  }
  await eventually(
    async () => (await ask('POST', `/api/sales/${sale}/orders`, 'cid')).json.code === 'ended',
    'the end at the door',
    PATIENCE_MS,
  )
  expect((await call(at.ports.flash, 'GET', `/api/sales/${sale}`)).json.state).toBe('ended')
  expect(await shop.redis.keys(`sale:{${sale}}*`)).toEqual([])
  const { audit } = (await auditSale(shop, sale))!
  expect(audit).toMatchObject({ ok: true, tickets: 2, outcomes: { expired: 2 } })
}, 180_000)
