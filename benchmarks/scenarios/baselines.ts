import { auditSale } from '../../ops/audit/audit-sale.ts'
import { type Pool, select } from '../../platform/mysql.ts'
import { BASELINES, type Baseline, type BaselineName, startBaseline } from '../baselines/start-baseline.ts'
import { rowsOfSale, watchRows } from '../measure/watch-rows.ts'
import type { RunResult, Scenario } from '../scenario.ts'
import { breakAndCount, type Damage, type Seller } from './break-and-count.ts'
import { drive, type Side } from './drive.ts'
import { stopRole } from './hire-workers.ts'
import { doorOf, openSale, openStores } from './sell.ts'

const ORDERS = { Sluice: 30_000, 'one transaction': 4_000, 'redis and bullmq': 12_000 }
const QUICK_ORDERS = { Sluice: 300, 'one transaction': 100, 'redis and bullmq': 100 }
const FAULTS = { stock: 2_000, seconds: 10 }
const QUICK_FAULTS = { stock: 60, seconds: 2 }

export const baselines: Scenario = {
  name: 'baselines',
  about:
    'What a team would write first, on the same servers with the same safe settings: one MySQL transaction a click; Redis DECR, BullMQ and one INSERT a job. Click to committed row as fast as 200 connections go; then (in the first run) with kill -9 of a gateway, a worker and MySQL, and the rows counted.',
  figures: {
    orders: { label: 'durable orders, Sluice', unit: 'orders/s' },
    transaction: { label: 'durable orders, one transaction a click', unit: 'orders/s' },
    bullmq: { label: 'durable orders, Redis DECR and BullMQ', unit: 'orders/s' },
    againstTransaction: { label: 'Sluice against one transaction a click', unit: '×' },
    againstBullmq: { label: 'Sluice against Redis DECR and BullMQ', unit: '×' },
  },
  tables: {
    oversold: { label: 'after the kills: units oversold', unit: '' },
    unsold: { label: 'after the kills: units unsold, with buyers asking', unit: '' },
    lost: { label: 'after the kills: accepted buyers without any outcome', unit: '' },
  },
  targets: [
    { figure: 'againstTransaction', least: 8 },
    { figure: 'againstBullmq', least: 2.5 },
  ],
  chart: ['orders', 'transaction', 'bullmq'],

  async open(bench) {
    const stack = await bench.lendStack({ gateways: 2, workers: 2 })
    const stores = await openStores(stack)
    const orders = bench.quick ? QUICK_ORDERS : ORDERS
    const faults = bench.quick ? QUICK_FAULTS : FAULTS
    const clicks = (origin: string, sale: number, requests: number, prefix: string) => ({
      ...{ origin, method: 'POST' as const, path: `/api/sales/${sale}/orders`, requests, connections: 200 },
      ...{ buyers: { prefix, from: 1, count: requests }, token: 'valid' as const },
      jwtSecret: stack.secrets.jwt,
    })
    const killMysql = () => stack.kill('mysql', 'SIGKILL')

    const ownSpeed = async (wrong: string[]): Promise<Side> => {
      const sell = async (count: number) => {
        const sale = await openSale(stack, stores, { stock: count })
        const watch = rowsOfSale(stores.mysql, sale, 50)
        return {
          sale,
          side: await drive(bench, 'Sluice', clicks(doorOf(stack), sale, count, 's'), watch, stack.processes),
        }
      }
      await sell(Math.ceil(orders.Sluice / 10))
      const { sale, side } = await sell(orders.Sluice)
      const audited = await auditSale(stores, sale)
      if (!audited?.audit.ok || audited.audit.left !== 0)
        wrong.push(`Sluice: ${JSON.stringify(audited?.audit)}`)
      return side
    }

    const ownDamage = async (wrong: string[]): Promise<Damage> => {
      bench.progress('baselines: Sluice under kill -9')
      const sale = await openSale(stack, stores, { stock: faults.stock })
      const seller: Seller = {
        ...{ origin: doorOf(stack), sale },
        kill: (name) => (name === 'mysql' ? killMysql() : stack.kill(name, 'SIGKILL')),
        idle: async () => {
          const audited = await auditSale(stores, sale)
          return audited?.audit.ok === true && audited.audit.waiting + audited.audit.inFlight === 0
        },
        sold: async () => (await auditSale(stores, sale))?.audit.sold ?? Number.NaN,
        known: (numbers) =>
          knownIn(
            stores.mysql,
            `SELECT number FROM orders WHERE sale_id = ${sale} UNION ALL SELECT number FROM refusals WHERE sale_id = ${sale}`,
            numbers,
          ),
      }
      const damage = await breakAndCount(seller, faults.stock, faults.seconds, stack.secrets.jwt)
      const audited = await auditSale(stores, sale)
      if (!audited?.audit.ok || damage.oversold + damage.unsold + damage.lost > 0)
        wrong.push(`Sluice under kill -9: ${JSON.stringify([damage, audited?.audit])}`)
      return damage
    }

    const measure = async (name: BaselineName, nth: number) => {
      const baseline = await startBaseline(stack, name)
      try {
        await speedOf(baseline, name, Math.ceil(orders[name] / 10))
        const side = await speedOf(baseline, name, orders[name])
        return { side, damage: nth === 1 ? await damageOf(baseline, name) : undefined }
      } finally {
        await baseline.stop()
      }
    }
    const speedOf = async (baseline: Baseline, name: string, count: number): Promise<Side> => {
      await baseline.restock(count)
      const sql = 'SELECT number FROM orders WHERE number > ? ORDER BY number LIMIT 20000'
      const watch = watchRows(baseline.mysql, sql, [], 50)
      return drive(bench, name, clicks(baseline.origin, 1, count, 'b'), watch, stack.processes)
    }
    const damageOf = async (baseline: Baseline, name: string): Promise<Damage> => {
      bench.progress(`baselines: ${name} under kill -9`)
      await baseline.restock(faults.stock)
      const { mysql, origin, idle } = baseline
      const seller: Seller = {
        ...{ origin, sale: 1, idle },
        kill: (which) => (which === 'mysql' ? killMysql() : baseline.kill(which)),
        sold: async () =>
          Number((await select<{ n: number }>(mysql, 'SELECT COUNT(*) AS n FROM orders'))[0]!.n),
        known: (numbers) => knownIn(mysql, 'SELECT number FROM orders', numbers),
      }
      return breakAndCount(seller, faults.stock, faults.seconds, stack.secrets.jwt)
    }

    return {
      async run(nth) {
        const wrong: string[] = []
        const own = await ownSpeed(wrong)
        const damages: Record<string, Damage> = nth === 1 ? { Sluice: await ownDamage(wrong) } : {}
        const bring = [await stopRole(stack, 'gateway'), await stopRole(stack, 'worker')]
        const rates: Record<string, number> = {}
        for (const name of BASELINES) {
          const { side, damage } = await measure(name, nth)
          rates[name] = side.perSecond
          if (damage) damages[name] = damage
          if (side.rows !== orders[name]) wrong.push(`${name}: ${side.rows} rows of ${orders[name]}`)
        }
        for (const back of bring) await back()
        const row = (of: (damage: Damage) => number) =>
          Object.fromEntries(Object.entries(damages).map(([name, damage]) => [name, of(damage)]))
        const [transaction, bullmq] = [rates['one transaction']!, rates['redis and bullmq']!]
        return {
          figures: {
            ...{ orders: own.perSecond, transaction, bullmq },
            ...{ againstTransaction: own.perSecond / transaction, againstBullmq: own.perSecond / bullmq },
          },
          tables: {
            oversold: row(({ oversold }) => oversold),
            unsold: row(({ unsold }) => unsold),
            lost: row(({ lost }) => lost),
          },
          proofs: { orders: own.rows, ...prefixed(damages) },
          wrong,
        } satisfies RunResult
      },
      close: () => stores.close(),
    }
  },
}

const prefixed = (damages: Record<string, Damage>): Record<string, number> =>
  Object.fromEntries(
    Object.entries(damages).flatMap(([name, damage]) =>
      Object.entries(damage).map(([what, count]): [string, number] => [`${name}: ${what}`, count]),
    ),
  )

async function knownIn(mysql: Pool, sql: string, numbers: number[]): Promise<Set<number>> {
  const rows = await select<{ number: number }>(mysql, sql)
  const all = new Set(rows.map(({ number }) => Number(number)))
  return new Set(numbers.filter((number) => all.has(number)))
}
