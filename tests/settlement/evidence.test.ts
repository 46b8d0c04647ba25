import { afterAll, beforeAll, expect, test } from 'vitest'
import { writeEvent } from '../../contract/events.ts'
import type { DoorCounts } from '../../contract/reports.ts'
import { recordAction } from '../../ops/actions/record-action.ts'
import { createCountsRecord } from '../../ops/doors/record-counts.ts'
import { gatherEvidence } from '../../ops/evidence/gather-evidence.ts'
import { toField, writeOrdersCsv } from '../../ops/evidence/list-orders.ts'
import { readFairness } from '../../ops/evidence/read-fairness.ts'
import { writeReport } from '../../ops/evidence/write-report.ts'
import { stepPhase } from '../../ops/sales/change-phase.ts'
import { type LentStores, lendStores } from '../lend-stores.ts'
import { makeOrders } from '../orders/make-orders.ts'
import { OPERATOR, pay, settle, sold, stockUp } from './settled-shop.ts'

// Real stores on a machine that runs other tests beside these.
let stores: LentStores
beforeAll(async () => {
  stores = await lendStores({ connections: 8 })
})
afterAll(() => stores?.stop())

/** Samples of the seconds since `from`, as the console keeps them. */
async function keepSamples(sale: number, from: number, samples: object[]): Promise<void> {
  const rows = samples.map((sample, i) => {
    const at = from + i * 1_000
    return [sale, new Date(at), JSON.stringify({ at, phase: 'published', ...sample })]
  })
  await stores.mysql.query('INSERT INTO samples (sale_id, at, data) VALUES ?', [rows])
}

const report = async (sale: number) => {
  const evidence = await gatherEvidence(stores, sale)
  return { evidence, html: writeReport(evidence) }
}

test('the evidence of a settled sale says what happened, and says the same again later', async () => {
  const title = 'Kettle <script>alert(1)</script> & "co"'
  const shop = await sold(stores, { stock: 6, buyers: ['ann', '=cmd', 'cid', 'dan'], paid: 3, title })
  const { sale } = shop
  const now = Math.floor(Date.now() / 1_000) * 1_000
  await keepSamples(sale, now - 4_000, [
    { asked: 100, passed: 50, line: 3, last: 4, released: 4, rate: 100, left: 6, held: 0, paid: 0 },
    { asked: 40, passed: 40, line: 0, last: 4, left: 2, held: 4, paid: 0, steps: { sold_out: 7 } },
    { left: 2, held: 1, paid: 3 },
  ])
  const other = (await sold(stores, { stock: 1, buyers: ['eve'], paid: 1 })).sale
  const counted: Record<string, DoorCounts> = {
    [sale]: {
      since: now - 5_000,
      door: {
        ...{ 'click:passed:none': 7, 'click:sold_out:sold_out': 12_345, 'click:busy:admission': 31 },
        ...{ 'click:unauthenticated:identity': 2, 'poll:waiting:still_waiting': 61 },
      },
      gateway: { 'click:202': 4, 'click:line_full': 3 },
    },
    [other]: { since: now - 5_000, door: { 'click:ended:window': 99_999 } },
    none: { since: 0, door: { 'click:unknown_sale:known_sale': 88_888 } },
  }
  const record = createCountsRecord(stores.mysql, (error) => {
    throw error
  })
  record.add(new Map([['d1', { at: now, began: 0, sales: {}, counted }]]))
  await record.done()
  const checks = [{ name: 'books', verdict: 'ok', says: 'are right' }]
  await recordAction(stores.mysql, {
    ...{ ...OPERATOR, action: 'sale.rehearse', sale, after: { go: true, advised: 80, checks } },
  })
  await writeEvent(stores.mysql, { sale, kind: 'repair', who: 'worker-1', detail: 'the <b>books</b>' })
  await stores.mysql.query("UPDATE orders SET state = 'expired' WHERE sale_id = ? AND number = 4", [sale])
  await stores.mysql.query(
    "INSERT INTO restores (sale_id, number, quantity, reason, created_at) VALUES (?, 4, 1, 'expired', ?)",
    [sale, new Date()],
  )
  await stores.mysql.query('UPDATE sales SET sold = 3 WHERE id = ?', [sale])
  await stores.redis.flushall()
  await settle(shop)

  const { evidence, html } = await report(sale)
  expect(evidence.audit).toMatchObject({ ok: true, tickets: 4, paid: 3, sold: 3 })
  expect(evidence.counts).toMatchObject({ door: counted[sale]!.door, doors: 1, at: now })
  // Of this sale alone: 38 of 12,385 clicks came past the question who the buyer is, 7 to a gateway.
  const bars = [...html.matchAll(/<text class="t"[^>]*>([\d,]+) </g)].map(([, count]) => count)
  expect(bars.slice(0, 4)).toEqual(['12,385', '38', '7', '4'])
  expect(html).toContain('<td>sold_out<td>sold_out<td class="n">12,345')
  expect(html).toContain('<td>busy<td>admission<td class="n">31')
  expect(html).toContain('<td>a new ticket<td class="n">4<td>0.03%')
  expect(html).not.toMatch(/99,999|88,888/)
  expect(evidence.money).toMatchObject({ orders: 3, paidCents: 2970, by: 'hour' })
  expect(evidence.fairness).toMatchObject({ orders: 4, overtaken: 0 })
  expect(evidence.settlement).toMatchObject({ unitsBack: 3, settledBy: OPERATOR.who })
  expect(evidence.timeline.map(({ what }) => what).join('\n')).toMatch(
    /registered, 6 units[\s\S]*first order[\s\S]*sale\.close[\s\S]*settled: 3 orders/,
  )
  expect(evidence.timeline.map(({ what }) => what)).toContain(
    'sale.rehearse: go, 80 tickets a second are safe',
  )
  expect(html).toContain('The books are right.')
  expect(html).toContain('Kettle &lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;co&quot;')
  expect(html).toContain('the &lt;b&gt;books&lt;/b&gt;')
  expect(html).not.toMatch(/<script|<b>books|\son\w+=|javascript:|https?:\/\/(?!www\.w3\.org\/2000\/svg)/)
  expect(html.match(/<svg/g)!.length).toBeGreaterThanOrEqual(4)

  const wrong = writeReport({
    ...evidence,
    audit: { ...evidence.audit, ok: false, problems: ['<i>lost</i>'] },
  })
  expect(wrong).toContain('The books are wrong.')
  expect(wrong).toContain('&lt;i&gt;lost')

  const again = await report(sale)
  const text = (page: string) => page.replace(/This report was made at\s+[^<]*/, '')
  expect(text(again.html)).toBe(text(html))
})

test('it counts who was overtaken, and why', async () => {
  const shop = await makeOrders(stores, 9, ['a', 'b', 'c', 'd', 'e', 'f'], {})
  const later = (number: number) =>
    stores.mysql.query(
      `UPDATE orders SET released_at = released_at + INTERVAL ${number} SECOND WHERE sale_id = ? AND number = ?`,
      [shop.sale, number],
    )
  await stores.mysql.query('UPDATE orders SET released_at = created_at WHERE sale_id = ?', [shop.sale])
  for (const number of [1, 3, 5]) await later(number)
  await later(6)
  await stores.mysql.query(
    'UPDATE orders SET quantity = 2, amount_cents = 1980 WHERE sale_id = ? AND number = 3',
    [shop.sale],
  )
  const fairness = await readFairness(stores.mysql, shop.sale)
  expect(fairness).toMatchObject({ orders: 6, overtaken: 2, wantedMore: 1, cameBack: 0, passedOver: 1 })
  expect(fairness.examples.map(({ number }) => number)).toEqual([1, 3])
  await stores.mysql.query(
    'INSERT INTO epochs (sale_id, epoch, first_number, created_at) VALUES (?, 99, 100000, ?)',
    [shop.sale, new Date(Date.now() - 60_000)],
  )
  expect(await readFairness(stores.mysql, shop.sale)).toMatchObject({ cameBack: 1, passedOver: 0 })
})

test('waiting is told from the samples and the orders', async () => {
  const shop = await makeOrders(stores, 3, ['a', 'b'], { sku: await stockUp(stores, 3) })
  const at = Math.floor(Date.now() / 1_000) * 1_000 - 10_000
  await keepSamples(shop.sale, at, [{ last: 1 }, { last: 1 }, { last: 2 }])
  await stores.mysql.query('UPDATE orders SET released_at = ? WHERE sale_id = ?', [
    new Date(at + 4_000),
    shop.sale,
  ])
  const { waits } = await gatherEvidence(stores, shop.sale)
  expect(waits).toMatchObject({ counted: 2, medianS: 4, longestS: 4 })
  expect(waits?.below.find(({ boundS }) => boundS === 5)).toEqual({ boundS: 5, orders: 2 })
})

test('a sale without samples has its evidence too, and sold out is when all was held', async () => {
  const shop = await makeOrders(stores, 2, ['a', 'b'], {})
  await pay(shop, 1, 'a')
  await stepPhase(stores, shop.sale, 'close')
  const { evidence, html } = await report(shop.sale)
  expect(evidence.course.soldOutAt).toBe(evidence.course.lastOrderAt)
  expect(html).toContain('No samples of this sale are kept')
  await expect(gatherEvidence(stores, 999_999)).rejects.toMatchObject({ code: 'unknown_sale' })
})

test('the orders go out as CSV that no spreadsheet runs', async () => {
  const shop = await makeOrders(stores, 3, ['=1+1', 'bo,"b"', '@x'], {})
  let csv = ''
  for await (const part of writeOrdersCsv(stores.mysql, shop.sale)) csv += part
  const lines = csv.split('\r\n')
  expect(lines[0]).toMatch(/^order,number,buyer,/)
  expect(lines.slice(1, 4).map((line) => line.split(',EUR')[0])).toEqual([
    `${shop.sale}-1,1,'=1+1,1,990`,
    `${shop.sale}-2,2,"bo,""b""",1,990`,
    `${shop.sale}-3,3,'@x,1,990`,
  ])
  expect(['+1', '-1', '\t1', '\r1', '1'].map(toField)).toEqual(["'+1", "'-1", "'\t1", `"'\r1"`, '1'])
})
