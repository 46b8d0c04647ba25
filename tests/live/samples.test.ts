import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Sample } from '../../contract/console/sample.ts'
import { CENTRE, reportKeys, saleKeys } from '../../contract/keys.ts'
import { preloadSale } from '../../contract/preload.ts'
import { type DoorCounts, type EdgeReport, type GatewayLoad, sendReport } from '../../contract/reports.ts'
import { startLive } from '../../ops/live/live.ts'
import { createSamples } from '../../ops/live/make-samples.ts'
import { type LiveSale, readLiveSales } from '../../ops/live/read-live-sales.ts'
import { readPulse } from '../../ops/live/read-pulse.ts'
import { readSamples } from '../../ops/live/read-samples.ts'
import { createSampleRecord, pruneSamples } from '../../ops/live/record-samples.ts'
import { createSale } from '../../ops/sales/create-sale.ts'
import { createLog } from '../../platform/log.ts'
import { select, transaction } from '../../platform/mysql.ts'
import { type LentStores, lendStores } from '../lend-stores.ts'

const log = createLog('test', 'silent')
let stores: LentStores
let sale: number
beforeAll(async () => {
  stores = await lendStores({ connections: 4 })
})
afterAll(() => stores?.stop())
beforeEach(async () => {
  await stores.redis.flushall()
  await stores.mysql.query('DELETE FROM samples')
  sale = await sell()
})

async function sell(): Promise<number> {
  const { mysql, redis } = stores
  const input = { title: 'a kettle', stock: 50, priceCents: 990, opensAt: Date.now() - 1000 }
  const { id } = await createSale({ mysql, redis, www: undefined }, input)
  await preloadSale(mysql, redis, id)
  return id
}

const door = async (name: string, report: Partial<EdgeReport>) => {
  const text = JSON.stringify({ sales: {}, ...report })
  const { names, of } = reportKeys.edge
  await stores.redis.pipeline().set(of(name), text, 'PX', 3_000).sadd(names, name).exec()
}
const gateway = (name: string, at: number, released: number, began = 0) =>
  sendReport(stores.redis, 'gateway', name, {
    ...{ loopMs: 0, inFlight: 0, queue: 3, orderLagMs: 40, at, began, released: { [sale]: released } },
  } satisfies GatewayLoad)

/** One second of a console, with the clock in the test's hand. */
function watch() {
  const make = createSamples()
  return async (now: number): Promise<Sample> => {
    const pulse = await readPulse(stores.redis, [sale]).catch(() => undefined)
    const sales = await readLiveSales(stores.mysql, [])
    return make(sales, true, pulse, now).get(sale)!
  }
}

test('a sample holds the books, the line, and what doors and gateways have done in this second', async () => {
  const look = watch()
  const took = (fast: number) => [fast, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
  const counted = (own: Partial<DoorCounts>, others: Partial<DoorCounts>) => ({
    counted: { [sale]: { since: 0, ...own }, none: { since: 0, ...others } },
  })
  await door('d1', {
    ...{ at: 10_000, began: 0, written_age_ms: 120 },
    ...counted({ door: { 'click:passed:none': 100 }, took: took(100) }, {}),
  })
  await gateway('g1', 10_000, 500)
  await look(10_100)
  await door('d1', {
    ...{
      at: 11_000,
      began: 0,
      written_age_ms: 130,
      sales: { [sale]: { asked: 80, passed: 50, buyers: '' } },
    },
    ...counted(
      {
        door: { 'click:passed:none': 150, 'click:busy:admission': 400, 'poll:waiting:still_waiting': 9 },
        ...{ gateway: { 'click:202': 45, 'click:line_full': 5 }, took: took(150) },
      },
      { door: { 'click:unknown_sale:known_sale': 70 }, took: [0, 0, 0, 0, 0, 0, 0, 0, 450, 0, 0, 0, 0] },
    ),
  })
  await gateway('g1', 11_000, 560)
  await stores.mysql.query('UPDATE sales SET sold = 30, paid = 12 WHERE id = ?', [sale])
  expect(await look(11_100)).toMatchObject({
    ...{ at: 11_100, phase: 'published', stock: 50, left: 20, held: 18, paid: 12, line: 0, inFlight: 0 },
    ...{ rate: 100, released: 60, asked: 80, passed: 50, queue: 3, lagMs: 40, snapshotAgeMs: 130 },
    ...{ steps: { passed: 50, admission: 400 }, polls: { waiting: 9 }, saleP50Ms: 0.5, saleP99Ms: 0.99 },
    ...{ outcomes: { busy: 400, accepted: 45, line_full: 5 }, p50Ms: 333, p99Ms: 497 },
    ...{ doors: 1, gateways: 1, workers: 0 },
  })
})

test('a sale that one of the doors does not count has no clicks: not known is not zero', async () => {
  const look = watch()
  const second = async (at: number, byTheSecond: EdgeReport['counted']) => {
    await door('d1', { at, began: 0, counted: { [sale]: { since: 0, door: { 'click:passed:none': at } } } })
    await door('d2', { at, began: 0, counted: byTheSecond })
    return look(at)
  }
  await second(1_000, {})
  expect((await second(2_000, {})).steps).toBeUndefined()
  expect((await second(3_000, { [sale]: { since: 2_500 } })).steps).toEqual({ passed: 1_000 })
})

test('what workers record is told a second of time, not a second of work: of a worker with nothing to do it is 0', async () => {
  const look = watch()
  const second = async (at: number, tickets: number) => {
    const lately = { perSecond: 2_000, batchTickets: 20, batchMs: 10, dbMs: 4, lagMs: 90 }
    await sendReport(stores.redis, 'worker', 'w1', {
      ...{ at, began: 0, tickets, batches: 1, ...lately, inHand: 0, oldestMs: 0 },
    })
    return (await look(at + 50)).recorded
  }
  const seen = [await second(10_000, 700), await second(11_000, 750), await second(12_000, 750)]
  expect(seen).toEqual([undefined, 50, 0])
})

test('under auto release the window is told, and what limits it', async () => {
  const look = watch()
  expect((await look(1_000)).window).toBeUndefined()
  await stores.redis.hset(saleKeys(sale).card, 'every', 0)
  await stores.redis.set(CENTRE, JSON.stringify({ auto: { window: 400, limitedBy: 'mysql' } }))
  await stores.redis.hset(saleKeys(sale).card, 'window', 150)
  expect(await look(3_000)).toMatchObject({ window: 150, limitedBy: 'mysql' })
})

test('counters that begin anew, and a gateway that dies, leave gaps and never a rate below zero', async () => {
  const look = watch()
  const seen: (number | undefined)[] = []
  const second = async (at: number) => seen.push((await look(at + 50)).released)
  for (const at of [100_000, 101_000]) {
    await Promise.all([gateway('g1', at, at / 100), gateway('g2', at, at / 100)])
    await second(at)
  }
  // g2 was killed: its last report stays for 3 s (and is believed for 2), then its key is gone.
  for (const at of [102_000, 103_000, 104_000]) {
    await gateway('g1', at, at / 100)
    await second(at)
  }
  await stores.redis.del(reportKeys.gateway.of('g2'))
  await gateway('g1', 105_000, 1050)
  await second(105_000)
  // It is back, and counts from 0.
  await Promise.all([gateway('g1', 106_000, 1060), gateway('g2', 106_000, 30, 105_000)])
  await second(106_000)
  expect(seen).toEqual([undefined, 20, 20, 20, undefined, 10, 40])
})

test('a Redis that is erased leaves the books of MySQL, and gaps in all else', async () => {
  const look = watch()
  for (const at of [10_000, 11_000]) {
    await gateway('g1', at, at / 10)
    await look(at)
  }
  await stores.redis.flushall()
  const lost = await look(12_000)
  expect(lost).toMatchObject({ stock: 50, left: 50, gateways: 0, doors: 0 })
  for (const name of ['line', 'released', 'asked', 'steps', 'outcomes', 'queue', 'share'] as const)
    expect(lost[name]).toBeUndefined()
  await preloadSale(stores.mysql, stores.redis, sale)
  await gateway('g1', 13_000, 1_300)
  expect((await look(13_000)).released).toBeUndefined()
  await gateway('g1', 14_000, 1_420)
  expect(await look(14_000)).toMatchObject({ line: 0, released: 120 })
})

test('a console samples by itself; two consoles leave one sample a second', async () => {
  const { redis, mysql } = stores
  const seen: Sample[] = []
  const consoles = ['one', 'two'].map((name) => startLive({ redis, mysql, name, log, everyMs: 60 }))
  const end = consoles[0]!.follow(sale, (sample) => seen.push(sample))
  const rows = async () => readSamples(mysql, sale, Date.now() - 60_000, Date.now() + 1_000)
  await expect.poll(async () => (await rows()).length).toBeGreaterThanOrEqual(2)
  end()
  const after = seen.length
  expect(seen.at(-1)).toMatchObject({ phase: 'published', stock: 50, left: 50 })
  expect(consoles[0]!.remembered(sale).length).toBeGreaterThanOrEqual(after)
  // A closed sale is followed on, and not forgotten at once.
  await mysql.query("UPDATE sales SET phase = 'closed' WHERE id = ?", [sale])
  await expect.poll(() => consoles[1]!.remembered(sale).at(-1)?.phase).toBe('closed')
  await Promise.all(consoles.map((one) => one.stop()))
  expect(seen.length).toBe(after)
})

test('a MySQL that does not answer piles nothing up, and gets what was kept afterwards', async () => {
  const { mysql } = stores
  const record = createSampleRecord(mysql, () => {})
  const sample = (at: number) => new Map([[sale, { at, phase: 'published' } as Sample]])
  const start = 1_700_000_000_000
  await transaction(mysql, async (db) => {
    // Whoever wants to write stands behind this lock.
    await db.query('LOCK TABLES samples WRITE, samples AS other WRITE')
    for (let second = 0; second < 2_000; second++)
      record.add(sample(start + second * 1000), start + second * 1000)
    expect(record.waiting()).toBeLessThanOrEqual(600)
    await db.query('UNLOCK TABLES')
  })
  await record.done()
  const times = (await readSamples(mysql, sale, start + 1_900_000, start + 2_000_000)).map(({ at }) => at)
  expect(times.at(-1)).toBe(start + 1_999_000)
})

test('many samples are thinned over the whole time; old ones are removed', async () => {
  const { mysql } = stores
  const to = Math.floor(Date.now() / 1000) * 1000
  const rows = Array.from({ length: 3_600 }, (_, i) => {
    const at = to - i * 1000
    return [sale, new Date(at), JSON.stringify({ at, phase: 'published' })]
  })
  await mysql.query('INSERT INTO samples (sale_id, at, data) VALUES ?', [rows])
  const times = (await readSamples(mysql, sale, to - 3_600_000, to)).map(({ at }) => at)
  expect(times.length).toBeGreaterThan(550)
  expect(times.length).toBeLessThanOrEqual(601)
  expect(times).toEqual([...times].sort((a, b) => a - b))
  expect(times.at(-1)! - times[0]!).toBeGreaterThan(3_500_000)

  await mysql.query('UPDATE samples SET at = at - INTERVAL 40 DAY ORDER BY at LIMIT 1000')
  const kept = async () => (await select<{ n: number }>(mysql, 'SELECT COUNT(*) AS n FROM samples'))[0]?.n
  await pruneSamples(mysql, 600)
  expect(await kept()).toBe(3_000)
  await pruneSamples(mysql)
  expect(await kept()).toBe(2_600)
})

test('a sale far before its opening is live for the page, and not yet recorded', async () => {
  const { redis, mysql } = stores
  await mysql.query(
    'UPDATE sales SET opens_at = UTC_TIMESTAMP(3) + INTERVAL 2 DAY, closes_at = UTC_TIMESTAMP(3) + INTERVAL 3 DAY WHERE id = ?',
    [sale],
  )
  const [early] = (await readLiveSales(mysql)).filter(({ id }) => id === sale) as [LiveSale]
  expect(early.phase).toBe('published')
  const live = startLive({ redis, mysql, name: 'one', log, everyMs: 40 })
  await expect.poll(() => live.remembered(sale).length).toBeGreaterThan(3)
  await live.stop()
  expect(await readSamples(mysql, sale, Date.now() - 60_000, Date.now() + 1_000)).toEqual([])
})
