import { auditSale } from '../../ops/audit/audit-sale.ts'
import type { ClickOrder, ClickReport } from '../load/click-order.ts'
import { prepareClicks } from '../load/clicks.ts'
import { newLatency, percentileMs } from '../load/latency.ts'
import type { RunResult, Scenario } from '../scenario.ts'
import { doorOf, openSale, openStores } from './sell.ts'

const SHOP_PER_SECOND = 200
const FLOOD_CONNECTIONS = 200

export const isolation: Scenario = {
  name: 'isolation',
  about:
    'How long visitors of the shop’s other domain wait for its page: quiet, and while 200 connections click in the flash sale as fast as they are answered. Visitors arrive at random, 200 a second (an open loop). Both domains share one nginx worker here, and the flood’s generator shares the cores, so this is the worst case.',
  runsMost: 2,
  figures: {
    quiet50: { label: 'shop page, quiet, p50', unit: 'ms' },
    quiet99: { label: 'shop page, quiet, p99', unit: 'ms' },
    flood50: { label: 'shop page, during the flood, p50', unit: 'ms' },
    flood99: { label: 'shop page, during the flood, p99', unit: 'ms' },
    flood999: { label: 'shop page, during the flood, p99.9', unit: 'ms' },
    clicks: { label: 'clicks of the flood', unit: '/s' },
    failed: { label: 'shop pages not served', unit: '' },
  },
  targets: [{ figure: 'failed', most: 0 }],
  chart: ['quiet99', 'flood99'],

  async open(bench) {
    const stack = await bench.lendStack({ gateways: 2, workers: 2 })
    const stores = await openStores(stack)
    const seconds = bench.quick ? 1 : 10
    const stock = bench.quick ? 100 : 2_000

    const visit = (): Promise<ClickReport> => {
      const order: ClickOrder = {
        ...{ origin: `http://127.0.0.1:${stack.ports.shop}`, method: 'GET', path: '/' },
        ...{ requests: SHOP_PER_SECOND * seconds, perSecond: SHOP_PER_SECOND, connections: 50 },
        ...{ buyers: { prefix: 'v', from: 1, count: 1 }, token: 'none', jwtSecret: '' },
      }
      return prepareClicks(order).then((clicks) => clicks.go())
    }

    return {
      async run() {
        const wrong: string[] = []
        bench.progress('isolation: quiet')
        const quiet = await visit()
        const sale = await openSale(stack, stores, { stock })
        const flood = await prepareClicks({
          ...{ origin: doorOf(stack), method: 'POST', path: `/api/sales/${sale}/orders`, requests: 0 },
          // More buyers than clicks within the limiter's two seconds, so that most are asked every question.
          ...{ buyers: { prefix: 'i', from: 1, count: bench.quick ? 2_000 : 100_000 }, token: 'valid' },
          ...{ jwtSecret: stack.secrets.jwt, connections: FLOOD_CONNECTIONS, flood: true },
          forMs: (seconds + 1) * 1000,
        })
        bench.progress('isolation: flood')
        const flooding = flood.go()
        const busy = await visit()
        const clicks = await flooding

        for (const [name, report] of Object.entries({ quiet, busy }))
          if (report.statuses['200'] !== report.requests)
            wrong.push(
              `${name}: ${JSON.stringify(report.statuses)}, ${report.failed} failed: ${report.failure}`,
            )
        const audited = await auditSale(stores, sale)
        if (!audited?.audit.ok || audited.audit.left !== 0)
          wrong.push(`the sale: ${JSON.stringify(audited?.audit)}`)
        const at = (report: ClickReport, share: number) =>
          percentileMs(report.latency['200'] ?? newLatency(), share)
        return {
          figures: {
            ...{ quiet50: at(quiet, 0.5), quiet99: at(quiet, 0.99) },
            ...{ flood50: at(busy, 0.5), flood99: at(busy, 0.99), flood999: at(busy, 0.999) },
            clicks: (clicks.requests * 1000) / (clicks.lastAt - clicks.firstAt),
            failed: busy.requests - (busy.statuses['200'] ?? 0),
          },
          proofs: { visits: busy.statuses['200'] ?? 0, orders: audited?.audit.sold ?? 0 },
          wrong,
        } satisfies RunResult
      },
      close: () => stores.close(),
    }
  },
}
