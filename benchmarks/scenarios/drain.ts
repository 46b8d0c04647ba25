import { setTimeout as sleep } from 'node:timers/promises'
import { saleKeys } from '../../contract/keys.ts'
import { auditSale } from '../../ops/audit/audit-sale.ts'
import type { SaleStores } from '../../ops/sales/sale-stores.ts'
import { select } from '../../platform/mysql.ts'
import type { RunResult, Scenario } from '../scenario.ts'
import { fillLine } from './fill-line.ts'
import { hireWorkers, stopRole } from './hire-workers.ts'
import { openPlainInserts } from './plain-inserts.ts'
import { openSale, openStores } from './sell.ts'

/** Workers, tickets in a batch, and how long a batch waits for more (ms). The first one is the default setting. */
const SETTINGS = [
  { workers: 2, orders: 100, ms: 100 },
  { workers: 1, orders: 100, ms: 100 },
  { workers: 1, orders: 100, ms: 10 },
  { workers: 1, orders: 500, ms: 100 },
  { workers: 1, orders: 1000, ms: 100 },
  { workers: 2, orders: 1000, ms: 10 },
]
const PLAIN = [
  { connections: 2, batch: 100 },
  { connections: 1, batch: 100 },
  { connections: 1, batch: 500 },
  { connections: 1, batch: 1000 },
]
const WITHIN_MS = 60_000

const nameOf = ({ workers, orders, ms }: (typeof SETTINGS)[number]) =>
  `${workers} worker${workers > 1 ? 's' : ''}, ${orders} orders or ${ms} ms`

export const drain: Scenario = {
  name: 'drain',
  about:
    'Workers alone: they start before a queue that was filled while there were none, and empty it into MySQL; from the first commit to the last. Beside it plain mysql2 batch inserts of the same rows on as many connections: no queue, no stock, no books.',
  figures: {
    orders: { label: 'durable orders from a full queue, 2 workers', unit: 'orders/s' },
    plain: { label: 'plain batch inserts of 100, 2 connections', unit: 'rows/s' },
    ratio: { label: 'workers against plain inserts', unit: '×' },
  },
  tables: {
    sweep: { label: 'orders a second by batch size and interval', unit: 'orders/s' },
    inserts: { label: 'plain inserts by batch size', unit: 'rows/s' },
  },
  targets: [],
  chart: ['orders', 'plain'],

  async open(bench) {
    const stack = await bench.lendStack({ gateways: 2, workers: 2 })
    const stores = await openStores(stack)
    const bringBack = await stopRole(stack, 'worker')
    const plain = await openPlainInserts(stack)
    const count = bench.quick ? 600 : 20_000
    const settings = bench.quick ? SETTINGS.slice(0, 2) : SETTINGS

    const empty = async (setting: (typeof SETTINGS)[number], wrong: string[]) => {
      bench.progress(`drain: ${nameOf(setting)}`)
      const sale = await fillQueue(stores, await openQueueSale(count), count)
      const env = { SLUICE_FLUSH_ORDERS: String(setting.orders), SLUICE_FLUSH_MS: String(setting.ms) }
      const workers = await hireWorkers(stack, setting.workers, env)
      try {
        await untilSold(stores, sale, count)
        const audited = await auditSale(stores, sale)
        if (!audited?.audit.ok || audited.audit.left !== 0)
          wrong.push(`${nameOf(setting)}: ${audited?.audit.problems.join('; ')}`)
        return { perSecond: await rateOf(stores, sale), sold: audited?.audit.sold ?? 0 }
      } finally {
        await workers.stop()
      }
    }
    // A rate of its own, so that the gateways' window for auto release does not keep the queue short.
    const openQueueSale = (stock: number) =>
      openSale(stack, stores, { stock, release: { batch: 500, everyMs: 10 } })

    return {
      async run() {
        const wrong: string[] = []
        const [first, ...others] = settings
        const main = await empty(first!, wrong)
        const sweep: Record<string, number> = { [nameOf(first!)]: main.perSecond }
        const inserts: Record<string, number> = {}
        for (const { connections, batch } of PLAIN)
          inserts[`${connections} connection${connections > 1 ? 's' : ''}, ${batch} rows`] =
            await plain.insert(count, batch, connections)
        let orders = main.sold
        for (const setting of others) {
          const { perSecond, sold } = await empty(setting, wrong)
          sweep[nameOf(setting)] = perSecond
          orders += sold
        }
        const beside = Object.values(inserts)[0]!
        return {
          figures: {
            ...{ orders: main.perSecond, plain: beside, ratio: main.perSecond / beside },
          },
          tables: { sweep, inserts },
          proofs: { orders, expected: count * settings.length },
          wrong,
        } satisfies RunResult
      },
      async close() {
        await plain.close()
        await bringBack()
        await stores.close()
      },
    }
  },
}

/** Fills the line, and waits until all of it lies in RabbitMQ, confirmed. */
async function fillQueue({ redis }: SaleStores, sale: number, count: number): Promise<number> {
  await fillLine(redis, sale, { prefix: `d${sale}-`, from: 1, count })
  const keys = saleKeys(sale)
  const end = Date.now() + WITHIN_MS
  for (;;) {
    const [flying, leases] = [await redis.hlen(keys.flight), await redis.zcard(keys.lease)]
    if (flying === count && leases === 0) return sale
    if (Date.now() > end) throw new Error(`${flying} of ${count} released, ${leases} not confirmed`)
    await sleep(20)
  }
}

async function untilSold({ mysql }: SaleStores, sale: number, count: number): Promise<void> {
  const end = Date.now() + WITHIN_MS
  for (;;) {
    const [row] = await select<{ sold: number }>(mysql, 'SELECT sold FROM sales WHERE id = ?', [sale])
    if (row!.sold === count) return
    if (Date.now() > end) throw new Error(`${row!.sold} of ${count} orders`)
    await sleep(50)
  }
}

/** Orders a second between the first batch's commit and the last one's, by the rows' own times. */
async function rateOf({ mysql }: SaleStores, sale: number): Promise<number> {
  const rows = await select<{ at: Date; n: number }>(
    mysql,
    'SELECT created_at AS at, COUNT(*) AS n FROM orders WHERE sale_id = ? GROUP BY created_at ORDER BY created_at',
    [sale],
  )
  const after = rows.slice(1).reduce((sum, { n }) => sum + Number(n), 0)
  const ms = rows.at(-1)!.at.getTime() - rows[0]!.at.getTime()
  return ms === 0 ? 0 : (after * 1000) / ms
}
