import { auditSale } from '../../ops/audit/audit-sale.ts'
import type { ClickReport } from '../load/click-order.ts'
import { prepareClicks } from '../load/clicks.ts'
import { rowsOfSale } from '../measure/watch-rows.ts'
import type { RunResult, Scenario } from '../scenario.ts'
import { withProgress } from './drive.ts'
import { reloadDoor } from './reload-door.ts'
import { doorOf, openSale, openStores } from './sell.ts'

const CONNECTIONS = 200

/** Gateways and workers of each, and sales at once. */
interface Setting {
  each: number
  sales: number
}
const SETTINGS: Setting[] = [
  { each: 1, sales: 1 },
  { each: 2, sales: 1 },
  { each: 4, sales: 1 },
  { each: 2, sales: 4 },
]
const QUICK_SETTINGS: Setting[] = [
  { each: 1, sales: 1 },
  { each: 2, sales: 2 },
]

const nameOf = ({ each, sales }: Setting) =>
  `${each} gateway${each > 1 ? 's' : ''} and worker${each > 1 ? 's' : ''}, ${sales} sale${sales > 1 ? 's' : ''}`

export const workers: Scenario = {
  name: 'workers',
  about:
    'Clicks to committed orders in a closed loop, with 1, 2 and 4 gateways and as many workers, and with several sales at once. All of them share the cores of one machine: what this shows is what more processes cost and whether they get into each other’s way, not what more machines bring.',
  runsMost: 2,
  figures: {
    one: { label: 'durable orders, 1 gateway and 1 worker', unit: 'orders/s' },
    two: { label: 'durable orders, 2 and 2', unit: 'orders/s' },
    most: { label: 'durable orders, 4 and 4', unit: 'orders/s' },
    several: { label: 'durable orders, 2 and 2, four sales at once', unit: 'orders/s' },
  },
  tables: { rates: { label: 'durable orders', unit: 'orders/s' } },
  targets: [],
  chart: ['one', 'two', 'most', 'several'],

  async open(bench) {
    const each = bench.quick ? 2 : 4
    const stack = await bench.lendStack({ gateways: each, workers: each })
    const stores = await openStores(stack)
    const settings = bench.quick ? QUICK_SETTINGS : SETTINGS
    const orders = bench.quick ? 400 : 24_000

    /** Keeps the first `count` gateways and workers up, and tells nginx. */
    const staff = async (count: number): Promise<void> => {
      for (let nth = each; nth > 0; nth--)
        for (const role of ['gateway', 'worker'])
          await (nth > count ? stack.stopProcess(`${role}-${nth}`) : stack.startProcess(`${role}-${nth}`))
      await reloadDoor(stack, stack.ports.gateways.slice(0, count))
    }

    const sell = async (setting: Setting, count: number, wrong: string[]) => {
      const share = Math.floor(count / setting.sales)
      const sides = []
      for (let nth = 0; nth < setting.sales; nth++) {
        const sale = await openSale(stack, stores, { stock: share })
        const clicks = await prepareClicks({
          ...{ origin: doorOf(stack), method: 'POST', path: `/api/sales/${sale}/orders`, requests: share },
          ...{ buyers: { prefix: `w${nth}-`, from: 1, count: share }, token: 'valid' },
          ...{ jwtSecret: stack.secrets.jwt, connections: CONNECTIONS / setting.sales },
        })
        sides.push({ sale, clicks, watch: rowsOfSale(stores.mysql, sale, 50) })
      }
      const reports: ClickReport[] = await Promise.all(
        sides.map(({ clicks, watch }) => withProgress(bench, `workers: ${nameOf(setting)}`, clicks, watch)),
      )
      let rows = 0
      let lastAt = 0
      for (const [i, { sale, watch }] of sides.entries()) {
        await watch.until(reports[i]!.statuses['202'] ?? 0)
        await watch.stop()
        rows += watch.seen.size
        lastAt = Math.max(lastAt, ...watch.seen.values())
        const audited = await auditSale(stores, sale)
        if (!audited?.audit.ok || audited.audit.left !== 0 || reports[i]!.failed > 0)
          wrong.push(
            `${nameOf(setting)}: sale ${sale}: ${JSON.stringify([audited?.audit, reports[i]!.statuses])}`,
          )
      }
      const firstAt = Math.min(...reports.map((report) => report.firstAt))
      return { rows, perSecond: (rows * 1000) / (lastAt - firstAt) }
    }

    return {
      async run() {
        const wrong: string[] = []
        const rates: Record<string, number> = {}
        let rows = 0
        for (const setting of settings) {
          await staff(setting.each)
          await sell(setting, Math.floor(orders / 10), wrong)
          const sold = await sell(setting, orders, wrong)
          rates[nameOf(setting)] = sold.perSecond
          rows += sold.rows
        }
        const [one, two, most, several] = Object.values(rates)
        return {
          figures: { one: one!, two: two!, most: most ?? two!, several: several ?? two! },
          tables: { rates },
          proofs: { orders: rows, expected: orders * settings.length },
          wrong,
        } satisfies RunResult
      },
      async close() {
        await staff(each)
        await stores.close()
      },
    }
  },
}
