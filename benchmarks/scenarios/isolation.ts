import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { auditSale } from '../../ops/audit/audit-sale.ts'
import type { Stack } from '../../stack/stack.ts'
import type { ClickReport } from '../load/click-order.ts'
import { prepareClicks } from '../load/clicks.ts'
import { newLatency, percentileMs } from '../load/latency.ts'
import type { RunResult, Scenario } from '../scenario.ts'
import { reloadDoor } from './reload-door.ts'
import { doorOf, openSale, openStores } from './sell.ts'

const SHOP_PER_SECOND = 200
const FLOOD_CONNECTIONS = 200

const FRONTS = ['own', 'shared'] as const
type Visits = Record<(typeof FRONTS)[number], ClickReport>

export const isolation: Scenario = {
  name: 'isolation',
  about:
    'How long visitors of the shop’s other domain wait for its page: quiet, and during half a minute in which 200 connections click in the flash sale as fast as they are answered. Visitors arrive at random, 200 a second at each front (an open loop): at the shop’s own nginx, and, beside it for comparison, at the same page served by the door’s nginx. The generators stand for other machines: the flood’s runs at a low priority, the visitors’ before all others, so that what is measured is the waiting for servers.',
  runsMost: 2,
  figures: {
    quiet50: { label: 'own front, quiet, p50', unit: 'ms' },
    quiet99: { label: 'own front, quiet, p99', unit: 'ms' },
    flood50: { label: 'own front, during the flood, p50', unit: 'ms' },
    flood99: { label: 'own front, during the flood, p99', unit: 'ms' },
    flood999: { label: 'own front, during the flood, p99.9', unit: 'ms' },
    ratio: { label: 'own front, p99 during the flood against quiet', unit: '×' },
    sharedQuiet99: { label: 'the door’s nginx, quiet, p99', unit: 'ms' },
    sharedFlood99: { label: 'the door’s nginx, during the flood, p99', unit: 'ms' },
    sharedRatio: { label: 'the door’s nginx, p99 during the flood against quiet', unit: '×' },
    clicks: { label: 'clicks of the flood', unit: '/s' },
    failed: { label: 'shop pages not served', unit: '' },
  },
  targets: [
    { figure: 'ratio', most: 2 },
    { figure: 'failed', most: 0 },
  ],
  chart: ['quiet99', 'flood99', 'sharedQuiet99', 'sharedFlood99'],

  async open(bench) {
    const stack = await bench.lendStack({ gateways: 2, workers: 2 })
    const stores = await openStores(stack)
    const origins = { own: `http://127.0.0.1:${stack.ports.shop}`, shared: await shareFront(stack) }
    const quietS = bench.quick ? 1 : 15
    const floodS = bench.quick ? 1 : 30
    const stock = bench.quick ? 100 : 2_000

    /** Both fronts at the same time, so that whatever the machine does meets both. */
    const prepareVisits = async (seconds: number): Promise<() => Promise<Visits>> => {
      const [own, shared] = await Promise.all(
        FRONTS.map((front) =>
          prepareClicks({
            ...{ origin: origins[front], method: 'GET', path: '/', priority: 'realtime' },
            ...{ requests: SHOP_PER_SECOND * seconds, perSecond: SHOP_PER_SECOND, connections: 50 },
            ...{ buyers: { prefix: 'v', from: 1, count: 1 }, token: 'none', jwtSecret: '' },
          }),
        ),
      )
      return async () => {
        const [atOwn, atShared] = await Promise.all([own!.go(), shared!.go()])
        return { own: atOwn, shared: atShared }
      }
    }

    return {
      async run() {
        bench.progress('isolation: quiet')
        const quiet = await (await prepareVisits(quietS))()
        const sale = await openSale(stack, stores, { stock })
        const flood = await prepareClicks({
          ...{ origin: doorOf(stack), method: 'POST', path: `/api/sales/${sale}/orders`, requests: 0 },
          // More buyers than clicks within the limiter's two seconds, so that most are asked every question.
          ...{ buyers: { prefix: 'i', from: 1, count: bench.quick ? 2_000 : 100_000 }, token: 'valid' },
          ...{ jwtSecret: stack.secrets.jwt, connections: FLOOD_CONNECTIONS, flood: true, priority: 'low' },
          forMs: (floodS + 2) * 1000,
        })
        const visits = await prepareVisits(floodS)
        bench.progress('isolation: flood')
        const flooding = flood.go()
        const busy = await visits()
        const clicks = await flooding

        const wrong = [...judge('quiet', quiet), ...judge('flood', busy)]
        const audited = await auditSale(stores, sale)
        if (!audited?.audit.ok || audited.audit.left !== 0)
          wrong.push(`the sale: ${JSON.stringify(audited?.audit)}`)
        const [quiet99, flood99] = [at(quiet.own, 0.99), at(busy.own, 0.99)]
        const [sharedQuiet99, sharedFlood99] = [at(quiet.shared, 0.99), at(busy.shared, 0.99)]
        return {
          figures: {
            ...{ quiet50: at(quiet.own, 0.5), quiet99, flood50: at(busy.own, 0.5), flood99 },
            ...{ flood999: at(busy.own, 0.999), ratio: flood99 / quiet99 },
            ...{ sharedQuiet99, sharedFlood99, sharedRatio: sharedFlood99 / sharedQuiet99 },
            clicks: (clicks.requests * 1000) / (clicks.lastAt - clicks.firstAt),
            failed: busy.own.requests - (busy.own.statuses['200'] ?? 0),
          },
          proofs: { visits: busy.own.statuses['200'] ?? 0, orders: audited?.audit.sold ?? 0 },
          wrong,
        } satisfies RunResult
      },
      close: () => stores.close(),
    }
  },
}

const at = (report: ClickReport, share: number) => percentileMs(report.latency['200'] ?? newLatency(), share)

const judge = (when: string, visits: Visits): string[] =>
  FRONTS.flatMap((front) => {
    const { requests, statuses, failed, failure } = visits[front]
    if (statuses['200'] === requests) return []
    return [`${when}, ${front} front: ${JSON.stringify(statuses)}, ${failed} failed: ${failure}`]
  })

/** The shop's page at the door's nginx too, as it would be without a front of its own; returns where. */
async function shareFront(stack: Stack): Promise<string> {
  const conf = await readFile(join(stack.dir, 'shop', 'shop.conf'), 'utf8')
  const inside = conf.slice(conf.indexOf('{') + 1, conf.lastIndexOf('}'))
  return reloadDoor(stack, undefined, inside.replace(/^\s*(listen|server_name) .*;$/gm, '').trim())
}
