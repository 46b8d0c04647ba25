import { afterAll, beforeAll, expect, test } from 'vitest'
import { SALE_CHANGED, saleKeys } from '../../contract/keys.ts'
import { auditSale } from '../../ops/audit/audit-sale.ts'
import { select } from '../../platform/mysql.ts'
import { pollAll } from '../crowd.ts'
import { click, eventually } from '../door/call.ts'
import { openShop, type Shop } from '../lend-stack.ts'
import { borrowStack } from './borrow-stack.ts'

/** A sale whose time is over, and nobody does anything. */

const PATIENCE_MS = 60_000
const DAY_MS = 86_400_000

let shop: Shop
beforeAll(async () => {
  shop = await openShop(borrowStack())
})
afterAll(() => shop?.close())

const join = async (sale: number, buyer: string) => {
  const { status, json } = await click(shop.at.ports.flash, sale, shop.token(buyer))
  expect(status).toBe(202)
  return { buyer, ticket: json.ticket as string }
}

/** The closing time was so long ago. */
async function endAgo(sale: number, agoMs: number): Promise<void> {
  const closes = Date.now() - agoMs
  await shop.mysql.query('UPDATE sales SET opens_at = ?, closes_at = ? WHERE id = ?', [
    ...[new Date(closes - 60_000), new Date(closes), sale],
  ])
  await shop.redis.hset(saleKeys(sale).card, 'closes', closes)
  await shop.redis.publish(SALE_CHANGED, String(sale))
}

const phaseOf = async (sale: number) =>
  (await select<{ phase: string }>(shop.mysql, 'SELECT phase FROM sales WHERE id = ?', [sale]))[0]!.phase
const closed = (sale: number) => eventually(async () => (await phaseOf(sale)) === 'closed', PATIENCE_MS)

test('everybody who waits has his answer, orders keep their time to pay, and a worker closes it', async () => {
  const sale = await shop.sell({ stock: 2, standby: 3, release: 'auto' })
  const holders = []
  for (const buyer of ['ann', 'bob', 'cid', 'dan', 'eve']) holders.push(await join(sale, buyer))
  await eventually(async () => (await shop.orders(sale)).length === 2, PATIENCE_MS)
  await endAgo(sale, 0)
  const told = await pollAll(shop.at, holders, PATIENCE_MS)
  expect(told.map(({ state }) => state)).toEqual([
    ...['awaiting_payment', 'awaiting_payment', 'closed', 'closed', 'closed'],
  ])
  await closed(sale)
  const events = await select(shop.mysql, 'SELECT kind, detail FROM events WHERE sale_id = ?', [sale])
  expect(events).toMatchObject([{ kind: 'closing', detail: expect.stringContaining('its time is over') }])
  const { audit } = (await auditSale(shop, sale))!
  expect(audit).toMatchObject({ ok: true, tickets: 5, waiting: 0, inFlight: 0 })
  expect(audit.outcomes).toMatchObject({ awaiting_payment: 2, closed: 3 })
}, 180_000)

test('a ticket that everybody had forgotten is answered also days after the end', async () => {
  const sale = await shop.sell({ stock: 1, standby: 1, release: 'auto' })
  await join(sale, 'ann')
  await eventually(async () => (await shop.orders(sale)).length === 1, PATIENCE_MS)
  const late = await join(sale, 'bob')
  const { card } = saleKeys(sale)
  const epoch = await shop.redis.hget(card, 'epoch')
  await shop.redis.unlink(...Object.values(saleKeys(sale)))
  await eventually(async () => {
    const now = await shop.redis.hget(card, 'epoch')
    return now !== null && now !== epoch
  }, PATIENCE_MS)
  await endAgo(sale, 2 * DAY_MS)
  await closed(sale)
  expect(await shop.refusals(sale)).toEqual([])
  expect(await pollAll(shop.at, [late], PATIENCE_MS)).toMatchObject([{ state: 'closed' }])
  await eventually(async () => (await shop.refusals(sale)).length === 1, PATIENCE_MS)
  expect(await shop.refusals(sale)).toMatchObject([{ buyer: 'bob', state: 'closed' }])
}, 180_000)
