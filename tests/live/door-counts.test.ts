import { afterAll, beforeAll, expect, test } from 'vitest'
import { preloadSale } from '../../contract/preload.ts'
import { readCounts } from '../../ops/doors/read-counts.ts'
import { createCountsRecord } from '../../ops/doors/record-counts.ts'
import { type ToldCalls, tellCalls } from '../../ops/doors/tell-calls.ts'
import { gatherEvidence } from '../../ops/evidence/gather-evidence.ts'
import { writeReport } from '../../ops/evidence/write-report.ts'
import { type Live, startLive } from '../../ops/live/live.ts'
import { createSale } from '../../ops/sales/create-sale.ts'
import { createLog } from '../../platform/log.ts'
import { select } from '../../platform/mysql.ts'
import { connectRedis, type Redis } from '../../platform/redis.ts'
import { sumMetric } from '../../platform/sum-metric.ts'
import { call, click, eventually, tokenOf } from '../door/call.ts'
import { JWT_SECRET, type LentDoor, lendDoor } from '../door/lend-door.ts'
import { openSale } from '../door/sale-cards.ts'
import { ticketOf } from '../door/ticket-of.ts'
import { type LentStores, lendStores } from '../lend-stores.ts'

// Two sales at once, at a real door: what a console keeps of each in MySQL is exactly its own.

const WAITING = { served: 100, last: 10_100, waiting: 10_000, perSecond: 10, fastest: 10 }

let stores: LentStores
let door: LentDoor
let redis: Redis
let live: Live
let kettle: number
let lamp: number
beforeAll(async () => {
  stores = await lendStores({ connections: 6 })
  door = await lendDoor({
    tune: (conf) =>
      conf
        .replace('polls_per_second = 10', 'polls_per_second = 1000')
        .replace('buy_interval_ms = 2000', 'buy_interval_ms = 600000'),
  })
  redis = connectRedis(door.env.SLUICE_REDIS_URL!, 'test')
  await redis.connect()
  for (const title of ['a kettle', 'a lamp']) {
    const input = { title, stock: 50, priceCents: 990, opensAt: Date.now() - 1000 }
    const { id } = await createSale({ ...stores, www: undefined }, input)
    await preloadSale(stores.mysql, stores.redis, id)
    if (title === 'a kettle') kettle = id
    else lamp = id
  }
  await door.publish(openSale(kettle, WAITING), openSale(lamp, { ...WAITING, soldOut: true }))
  live = openConsole()
  // From here on it sees every click: rates need a reading before the first one.
  await eventually(async () => live.remembered(kettle).at(-1)?.steps !== undefined)
})
afterAll(async () => {
  await live?.stop()
  redis?.disconnect()
  await Promise.all([door?.stop(), stores?.stop()])
})

const openConsole = () =>
  startLive({ redis, mysql: stores.mysql, name: 'one', log: createLog('test', 'silent'), everyMs: 200 })
const named = (buyer: string) => tokenOf(buyer, JWT_SECRET)
let nth = 0
const clicks = (sale: number, count: number) =>
  Promise.all(Array.from({ length: count }, async () => click(door.flash, sale, await named(`b${++nth}`))))
const polls = (sale: number, count: number) =>
  Promise.all(
    Array.from({ length: count }, async (_, n) =>
      call(door.flash, 'GET', `/api/tickets/${ticketOf('anna', sale, 5_000 + n)}`, {
        headers: { authorization: `Bearer ${await named('anna')}` },
      }),
    ),
  )
/** What MySQL holds of a sale, in words; it follows the door by a second. */
const kept = async (sale: number): Promise<ToldCalls> =>
  tellCalls((await readCounts(stores.mysql, sale)) ?? {})
const untilKept = async (sale: number, told: Partial<ToldCalls>) => {
  await expect.poll(() => kept(sale), { timeout: 15_000, interval: 100 }).toMatchObject(told)
  // Exactly: nothing beside it either.
  const now = await kept(sale)
  for (const [name, counts] of Object.entries(told)) expect(now[name as keyof ToldCalls]).toEqual(counts)
}

test('the clicks and polls of each are its own; together they are all that the door has answered', async () => {
  await Promise.all([clicks(kettle, 60), clicks(lamp, 45), polls(kettle, 12), click(door.flash, 99)])
  door.gateways[0]!.answer = { status: 503, body: {}, headers: { 'x-refusal': 'line_full' } }
  await Promise.all([clicks(kettle, 7), clicks(lamp, 5), click(door.flash, kettle)])
  await untilKept(kettle, {
    steps: { passed: 67, identity: 1 },
    outcomes: { accepted: 60, line_full: 7, unauthenticated: 1 },
    polls: { waiting: 12 },
    refused: { 'unauthenticated:identity': 1 },
  })
  await untilKept(lamp, {
    ...{ steps: { sold_out: 50 }, outcomes: { sold_out: 50 }, polls: {} },
    refused: { 'sold_out:sold_out': 50 },
  })
  const { text } = await call(door.ops, 'GET', '/metrics')
  expect(sumMetric(text, 'sluice_door_answers_total', { call: 'click' })).toBe(67 + 1 + 50 + 1)
  expect(sumMetric(text, 'sluice_door_answers_total', { call: 'poll' })).toBe(12)
  // What the page draws of one sale has nothing of the other.
  const names = (of: number) => [
    ...new Set(live.remembered(of).flatMap(({ steps = {} }) => Object.keys(steps))),
  ]
  expect(names(kettle).sort()).toEqual(['identity', 'passed'])
  expect(names(lamp)).toEqual(['sold_out'])
})

test('neither a console that is away nor a reload of the door loses one', async () => {
  const end = live.follow(kettle, () => {})
  await clicks(lamp, 10)
  end()
  await live.stop()
  await clicks(lamp, 20)
  await door.reload()
  await clicks(lamp, 30)
  live = openConsole()
  await untilKept(lamp, { steps: { sold_out: 110 } })
})

test('a door that begins anew adds to what it had counted before', async () => {
  await door.restart()
  await eventually(async () => (await call(door.flash, 'GET', `/api/sales/${lamp}`)).status === 200)
  await Promise.all([clicks(lamp, 4), clicks(kettle, 3)])
  await untilKept(lamp, { steps: { sold_out: 114 }, outcomes: { sold_out: 114 } })
  await untilKept(kettle, { steps: { passed: 70, identity: 1 } })
  const rows = await select<{ lives: number }>(
    stores.mysql,
    'SELECT COUNT(*) AS lives FROM door_counts WHERE sale_id = ? GROUP BY door',
    [lamp],
  )
  expect(rows).toEqual([{ lives: 2 }])
})

test('the evidence of a sale tells of that sale alone', async () => {
  const html = writeReport(await gatherEvidence(stores, lamp))
  const bars = [...html.matchAll(/<text class="t"[^>]*>([\d,]+) </g)].map(([, count]) => Number(count))
  expect(bars.slice(0, 3)).toEqual([114, 0, 0])
  expect(html).toContain('<td>sold_out<td>sold_out<td class="n">114')
  expect(html).not.toMatch(/line_full|identity<td/)
  expect(writeReport(await gatherEvidence(stores, kettle))).toContain('<td>line_full<td class="n">10')
})

test('of two consoles the later word of a door stands', async () => {
  const told = (at: number, times: number) =>
    new Map([
      [
        'd9',
        { at, began: 0, sales: {}, counted: { [lamp]: { since: 5, door: { 'click:ended:window': times } } } },
      ],
    ])
  for (const [at, times, stands] of [
    [2_000, 20, 20],
    [1_000, 10, 20],
    [3_000, 30, 30],
    [2_500, 25, 30],
  ] as const) {
    const record = createCountsRecord(stores.mysql, (error) => {
      throw error
    })
    record.add(told(at, times))
    await record.done()
    const [row] = await select<{ data: string }>(
      stores.mysql,
      "SELECT data FROM door_counts WHERE door = 'd9'",
    )
    expect(JSON.parse(row!.data).door).toEqual({ 'click:ended:window': stands })
  }
})

test('what a removed rehearsal still counts is not kept', async () => {
  const shadow = lamp + 1_000
  await door.publish(openSale(kettle), openSale(shadow, { soldOut: true }))
  await Promise.all([clicks(shadow, 5), clicks(kettle, 1)])
  await untilKept(kettle, { steps: { passed: 71, identity: 1 } })
  expect(await readCounts(stores.mysql, shadow)).toBeUndefined()
})
