import { openLink } from '../../stack/link.ts'
import type { RunResult, Scenario } from '../scenario.ts'
import { hireWorkers, stopRole } from './hire-workers.ts'
import { openStores } from './sell.ts'
import { type Sold, sellLine } from './sell-line.ts'
import { setWindow } from './set-window.ts'
import { slowDatabase } from './slow-database.ts'

const WINDOWS = [100, 400, 1_600, 6_400]
/** Parts of what auto release sells in a second. */
const RATES = [0.5, 0.9, 1.5]
const EVERY_MS = 20

export const autoRelease: Scenario = {
  name: 'auto-release',
  about:
    'The loop of auto release. First a long line sold by it, beside the same line with windows and rates that are fixed, in turns in one run: it shall sell about as fast as the best of them, without their lag. Then MySQL slowed down to a fraction through a link, and let go again, while the line never ends: what the window, the lag and the rate do (shaded: MySQL is slow).',
  runsMost: 2,
  figures: {
    orders: { label: 'durable orders, auto release', unit: 'orders/s' },
    lag99: { label: 'from release to row, p99, auto release', unit: 'ms' },
    ratio: { label: 'auto release against the fastest fixed window', unit: '×' },
    lagRatio: { label: 'its p99 lag against that of the largest window', unit: '×' },
    before: { label: 'orders a second before MySQL slows', unit: 'orders/s' },
    slow: { label: 'while it is slow', unit: 'orders/s' },
    after: { label: 'when it has recovered', unit: 'orders/s' },
    recovery: { label: 'recovered against before', unit: '×' },
    slowLag: { label: 'from release to row while it is slow, mean', unit: 'ms' },
    windowBefore: { label: 'window before', unit: 'tickets' },
    windowSlow: { label: 'window while it is slow', unit: 'tickets' },
  },
  tables: {
    rates: { label: 'durable orders', unit: 'orders/s' },
    lags: { label: 'release to row, p99', unit: 'ms' },
  },
  targets: [
    { figure: 'ratio', least: 0.85 },
    { figure: 'recovery', least: 0.8 },
    { figure: 'slowLag', most: 2_000 },
  ],
  chart: ['before', 'slow', 'after'],

  async open(bench) {
    const stack = await bench.lendStack({ gateways: 2, workers: 2 })
    const stores = await openStores(stack)
    const link = await openLink(stack.ports.mysql)
    const bringBack = await stopRole(stack, 'worker')
    const through = new URL(stack.urls.mysql)
    through.port = String(link.port)
    const workers = await hireWorkers(stack, 2, { SLUICE_MYSQL_URL: String(through) })
    const count = bench.quick ? 1_000 : 20_000

    return {
      async run() {
        const rates: Record<string, number> = {}
        const lags: Record<string, number> = {}
        const wrong: string[] = []
        const keep = (name: string, sold: Sold): Sold => {
          bench.progress(`auto-release: ${name}: ${Math.round(sold.perSecond)} orders/s`)
          rates[name] = sold.perSecond
          lags[name] = sold.lag99
          wrong.push(...sold.wrong)
          return sold
        }
        await sellLine(stack, stores, Math.floor(count / 5), 'auto')
        const auto = keep('auto', await sellLine(stack, stores, count, 'auto'))
        const fixed: Sold[] = []
        for (const window of bench.quick ? WINDOWS.slice(-1) : WINDOWS) {
          await setWindow(stores, window)
          fixed.push(keep(`window of ${window}`, await sellLine(stack, stores, count, 'auto')))
        }
        await setWindow(stores, 'auto')
        for (const part of bench.quick ? [] : RATES) {
          const batch = Math.max(1, Math.round((part * auto.perSecond * EVERY_MS) / 1_000))
          const sold = await sellLine(stack, stores, count, { batch, everyMs: EVERY_MS })
          keep(`rate of ${part} × auto`, sold)
        }
        const slowed = await slowDatabase(
          stack,
          stores,
          link,
          bench.quick ? 0.8 : 15,
          bench.quick ? 500 : 10_000,
        )
        wrong.push(...slowed.wrong)
        const best = Math.max(...fixed.map(({ perSecond }) => perSecond))
        return {
          figures: {
            ...{ orders: auto.perSecond, lag99: auto.lag99, ratio: auto.perSecond / best },
            lagRatio: auto.lag99 / fixed.at(-1)!.lag99,
            ...{
              before: slowed.before.perSecond,
              slow: slowed.slow.perSecond,
              after: slowed.after.perSecond,
            },
            recovery: slowed.after.perSecond / Math.max(1, slowed.before.perSecond),
            slowLag: slowed.slow.lagMs,
            ...{ windowBefore: slowed.before.window, windowSlow: slowed.slow.window },
          },
          tables: { rates, lags },
          series: slowed.series,
          proofs: { sold: slowed.sold, settings: Object.keys(rates).length },
          wrong,
        } satisfies RunResult
      },
      async close() {
        await workers.stop()
        await bringBack()
        await link.close()
        await stores.close()
      },
    }
  },
}
