import { auditSale } from '../../ops/audit/audit-sale.ts'
import { type Floor, startFloor } from '../floor/floor.ts'
import type { ClickOrder } from '../load/click-order.ts'
import { prepareClicks } from '../load/clicks.ts'
import { newLatency, percentileMs } from '../load/latency.ts'
import { rowsOfFloor, rowsOfSale } from '../measure/watch-rows.ts'
import type { RunResult, Scenario } from '../scenario.ts'
import { drive, isOurs, lagOf, type Side, total, withProgress } from './drive.ts'
import { doorOf, openSale, openStores, untilDoorPasses } from './sell.ts'

const COUNTS = { gateways: 2, workers: 2 }
const CONNECTIONS = 200
const OPEN_LOOP_S = 8

export const mainLine: Scenario = {
  name: 'main-line',
  about:
    'Clicks through nginx until their orders are committed in MySQL: the product and the floor (the same servers, the same safe settings, no features) in turn, as fast as 200 connections go; then the product at half of its top rate, arrivals at random.',
  figures: {
    orders: { label: 'durable orders, Sluice', unit: 'orders/s' },
    floor: { label: 'durable orders, floor', unit: 'orders/s' },
    ratio: { label: 'Sluice against the floor', unit: '×' },
    accepts: { label: '202 answers while clicks came', unit: '/s' },
    p50: { label: '202 at half the top rate, p50', unit: 'ms' },
    p99: { label: '202 at half the top rate, p99', unit: 'ms' },
    p999: { label: '202 at half the top rate, p99.9', unit: 'ms' },
    lag50: { label: 'from the 202 to the committed row, p50', unit: 'ms' },
    lag99: { label: 'from the 202 to the committed row, p99', unit: 'ms' },
    work: { label: 'CPU an order, all processes, Sluice', unit: 'µs' },
    floorWork: { label: 'CPU an order, all processes, floor', unit: 'µs' },
    workRatio: { label: 'floor’s CPU an order against Sluice’s', unit: '×' },
    openRate: { label: 'arrivals in the latency run', unit: '/s' },
  },
  tables: {
    cpu: { label: 'CPU an order, Sluice', unit: 'µs' },
    floorCpu: { label: 'CPU an order, floor', unit: 'µs' },
  },
  targets: [
    { figure: 'ratio', least: 0.8 },
    { figure: 'p99', most: 50 },
    { figure: 'lag99', most: 300 },
  ],
  chart: ['orders', 'floor'],

  async open(bench) {
    const stack = await bench.lendStack({ ...COUNTS })
    const stores = await openStores(stack)
    const ours = ['nginx', ...stack.processes().flatMap(({ name, role }) => (isOurs(role) ? [name] : []))]
    const otherServers = () => stack.processes().filter(({ role }) => !isOurs(role) && role !== 'nginx')
    const orders = bench.quick ? 600 : 60_000
    const warmUp = bench.quick ? 200 : 6_000
    const order = (origin: string, sale: number, requests: number, prefix: string): ClickOrder => ({
      ...{ origin, method: 'POST', path: `/api/sales/${sale}/orders`, requests },
      ...{ buyers: { prefix, from: 1, count: requests }, token: 'valid', jwtSecret: stack.secrets.jwt },
      connections: CONNECTIONS,
    })

    const product = async (requests: number): Promise<{ side: Side; sale: number }> => {
      const sale = await openSale(stack, stores, { stock: requests })
      const watch = rowsOfSale(stores.mysql, sale, 50)
      const side = await drive(
        bench,
        'Sluice',
        order(doorOf(stack), sale, requests, 'b'),
        watch,
        stack.processes,
      )
      return { side, sale }
    }

    const floorSide = async (floor: Floor, requests: number): Promise<Side> => {
      await floor.restock(requests)
      const watch = rowsOfFloor(floor.mysql, 50)
      const everything = () => [...floor.processes(), ...otherServers()]
      return drive(bench, 'floor', order(floor.origin, 1, requests, 'b'), watch, everything)
    }

    /** The product's own processes make room while the floor runs, and the other way round. */
    const measureFloor = async (): Promise<Side> => {
      await Promise.all(ours.toReversed().map((name) => stack.stopProcess(name)))
      const floor = await startFloor(stack, COUNTS)
      try {
        await floorSide(floor, warmUp)
        return await floorSide(floor, orders)
      } finally {
        await floor.stop()
        await Promise.all(ours.map((name) => stack.startProcess(name)))
        await untilDoorPasses(stack)
      }
    }

    const measureProduct = async () => {
      await product(warmUp)
      const { side, sale } = await product(orders)
      const rate = side.perSecond / 2
      const calm = await openLoop(rate)
      return { side, sale, rate, calm }
    }

    const openLoop = async (perSecond: number) => {
      const requests = Math.round(perSecond * (bench.quick ? 1 : OPEN_LOOP_S))
      const sale = await openSale(stack, stores, { stock: requests })
      const watch = rowsOfSale(stores.mysql, sale, 10)
      const clicks = await prepareClicks({
        ...order(doorOf(stack), sale, requests, 'c'),
        ...{ perSecond, keepAccepted: true },
      })
      const report = await withProgress(bench, 'Sluice at half of it', clicks, watch)
      await watch.until(report.statuses['202'] ?? 0)
      await watch.stop()
      return { sale, report, lag: lagOf(report, watch) }
    }

    return {
      async run(nth) {
        const first = nth % 2 === 1 ? await measureFloor() : undefined
        const { side, sale, rate, calm } = await measureProduct()
        const floor = first ?? (await measureFloor())
        const wrong: string[] = []
        for (const id of [sale, calm.sale]) {
          const audited = await auditSale(stores, id)
          if (!audited?.audit.ok) wrong.push(`audit of sale ${id}: ${audited?.audit.problems.join('; ')}`)
          if (audited?.audit.left !== 0) wrong.push(`sale ${id}: ${audited?.audit.left} units unsold`)
        }
        for (const [name, { report, rows }] of Object.entries({ Sluice: side, floor })) {
          if (report.statuses['202'] !== orders || report.failed > 0)
            wrong.push(
              `${name}: ${JSON.stringify(report.statuses)}, ${report.failed} failed (${report.failure})`,
            )
          if (rows !== report.statuses['202']) wrong.push(`${name}: ${rows} rows`)
        }
        const calm202 = calm.report.latency['202'] ?? newLatency()
        return {
          figures: {
            orders: side.perSecond,
            floor: floor.perSecond,
            ratio: side.perSecond / floor.perSecond,
            accepts: (orders * 1000) / (side.report.lastAt - side.report.firstAt),
            p50: percentileMs(calm202, 0.5),
            p99: percentileMs(calm202, 0.99),
            p999: percentileMs(calm202, 0.999),
            lag50: percentileMs(calm.lag, 0.5),
            lag99: percentileMs(calm.lag, 0.99),
            work: total(side.cpu),
            floorWork: total(floor.cpu),
            workRatio: total(floor.cpu) / total(side.cpu),
            openRate: rate,
          },
          tables: { cpu: side.cpu, floorCpu: floor.cpu },
          proofs: { accepted: side.report.statuses['202'] ?? 0, orders: side.rows, floorOrders: floor.rows },
          wrong,
        } satisfies RunResult
      },
      close: () => stores.close(),
    }
  },
}
