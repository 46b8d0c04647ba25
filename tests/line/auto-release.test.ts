import { afterAll, beforeAll, expect, test } from 'vitest'
import { type SaleAutoRelease, tellAutoRelease } from '../../contract/auto-release.ts'
import { saleKeys } from '../../contract/keys.ts'
import { JOIN, joinLine } from '../../contract/line/join.ts'
import { auditSale } from '../../ops/audit/audit-sale.ts'
import { changeRelease } from '../../ops/sales/change-release.ts'
import { createSale } from '../../ops/sales/create-sale.ts'
import { connectMysql, type Pool, select } from '../../platform/mysql.ts'
import { connectRedis, type Redis } from '../../platform/redis.ts'
import { type Link, openLink } from '../../stack/link.ts'
import type { Stack } from '../../stack/stack.ts'
import { eventually } from '../door/call.ts'
import { lendStack } from '../lend-stack.ts'
import { type RunningProgram, runProgram } from './run-program.ts'

// MySQL is slowed down for the workers here, so the stack is our own: without a door, which has nothing to do with it.
let stack: Stack
let link: Link
let workers: RunningProgram[] = []
let mysql: Pool
let redis: Redis
beforeAll(async () => {
  stack = await lendStack({ roles: ['mysql', 'redis', 'rabbitmq', 'gateway'] })
  link = await openLink(stack.ports.mysql)
  const through = new URL(stack.urls.mysql)
  through.port = String(link.port)
  const settings = { SLUICE_MYSQL_URL: String(through) }
  workers = await Promise.all(
    ['1', '2'].map((n) => runProgram(stack, 'worker', { ...settings, SLUICE_NAME: `worker-${n}` })),
  )
  mysql = connectMysql(stack.urls.mysql, { connections: 2 })
  redis = connectRedis(stack.urls.redis, 'test')
  redis.on('error', () => {})
  await redis.connect()
})
afterAll(async () => {
  redis?.disconnect()
  await mysql?.end()
  await Promise.all(workers.map((worker) => worker.stop()))
  await link?.close()
  await stack?.stop()
})

const PATIENCE_MS = 40_000

test('fixed, auto, MySQL slow, MySQL well, fixed, auto: the line goes by it, and everybody has a row', async () => {
  const stores = { mysql, redis }
  const { id: sale } = await createSale(stores, {
    ...{ title: 'an umbrella', priceCents: 990, opensAt: Date.now() - 1_000 },
    ...{ stock: 90_000, release: { batch: 1, everyMs: 3_600_000 } },
  })
  let joined = 0
  const keys = saleKeys(sale)
  /** Buyers come until so many wait. */
  const crowd = async (waiting: number): Promise<void> => {
    while ((await redis.zcard(keys.line)) < waiting) {
      const from = joined
      const clicks = Array.from({ length: 500 }, (_, i) => ({ buyer: `crowd-${from + i}`, quantity: 1 }))
      const { answers } = await joinLine(redis, sale, clicks)
      const taken = answers.filter(({ code }) => code === JOIN.joined).length
      joined += taken
      // What the numbers of one lease were for: gateways lease more while they run.
      if (taken < 500) return
    }
  }
  const served = async (): Promise<number> => Number(await redis.hget(keys.card, 'served'))
  const told = async (): Promise<SaleAutoRelease> => (await tellAutoRelease(redis, sale))!
  const rows = async (): Promise<number> => {
    const [row] = await select<{ sold: number }>(mysql, 'SELECT sold FROM sales WHERE id = ?', [sale])
    return row!.sold
  }
  /** How long it takes until so many more have left the line. */
  const pace = async (count: number): Promise<number> => {
    const [from, began] = [await served(), Date.now()]
    await eventually(async () => (await served()) >= from + count, PATIENCE_MS)
    return Date.now() - began
  }

  await crowd(6_000)
  // The next one would be due in an hour.
  await eventually(async () => (await served()) === 1, PATIENCE_MS)
  await changeRelease(stores, sale, { batch: 5, everyMs: 100 })
  expect(await pace(50)).toBeGreaterThan(700)
  expect(await tellAutoRelease(redis, sale)).toBeUndefined()

  await changeRelease(stores, sale, 'auto')
  // Without any steering a fixed 50 a second would have taken half a minute for that.
  await eventually(async () => (await rows()) > 1_500, PATIENCE_MS)
  await eventually(async () => (await told()).perSecond > 0, PATIENCE_MS)
  const before = await told()
  await crowd(8_000)

  link.slow({ bytesPerSecond: 100_000 })
  await eventually(async () => (await told()).window <= before.window / 2, PATIENCE_MS)
  // What went out before is recorded; from here on no more is on its way than the smaller window allows.
  await eventually(async () => {
    const { inFlight, window } = await told()
    return window <= before.window / 2 && inFlight <= 1.1 * window
  }, PATIENCE_MS)
  const slow = await told()
  expect(['lag', 'mysql', 'queue', 'rising']).toContain(slow.limitedBy)
  expect(slow.window).toBeGreaterThanOrEqual(100)
  const recorded = await rows()
  await eventually(async () => (await rows()) > recorded + 300, PATIENCE_MS)
  const [lag] = await select<{ ms: number }>(
    mysql,
    `SELECT AVG(TIMESTAMPDIFF(MICROSECOND, released_at, created_at)) / 1000 AS ms FROM
     (SELECT released_at, created_at FROM orders WHERE sale_id = ? ORDER BY number DESC LIMIT 200) AS latest`,
    [sale],
  )
  // With as much in flight as before, a ticket would be on its way for many seconds.
  expect(Number(lag!.ms)).toBeLessThan(6_000)

  link.heal()
  await crowd(8_000)
  const least = (await told()).window
  await eventually(async () => {
    await crowd(4_000)
    return (await told()).window > 1.3 * least
  }, PATIENCE_MS)

  await changeRelease(stores, sale, { batch: 5, everyMs: 100 })
  await crowd(2_000)
  expect(await pace(50)).toBeGreaterThan(700)
  await changeRelease(stores, sale, 'auto')
  await eventually(async () => (await rows()) === joined, PATIENCE_MS)
  const audited = await auditSale(stores, sale)
  expect(audited?.audit).toMatchObject({ ok: true, problems: [], sold: joined, waiting: 0, inFlight: 0 })
}, 180_000)
