import { auditSale } from '../../ops/audit/audit-sale.ts'
import { sumMetric } from '../../platform/sum-metric.ts'
import { prepareClicks } from '../load/clicks.ts'
import { cpuBetween, readUsage } from '../measure/processes.ts'
import { countConnections } from '../measure/sockets.ts'
import { rowsOfSale } from '../measure/watch-rows.ts'
import type { RunResult, Scenario } from '../scenario.ts'
import { withProgress } from './drive.ts'
import { doorOf, openSale, openStores } from './sell.ts'

const CONNECTIONS = 200
const PIPELINING = 8
const SAMPLE_MS = 200

export const million: Scenario = {
  name: 'million',
  about:
    '1,000,000 different buyers click once for 10,000 units, as fast as 200 connections with 8 clicks on the wire each are answered, through one nginx worker, 2 gateways and 2 workers. Tokens are signed before the clock starts; it stops when every click is answered and every order is committed.',
  runsMost: 1,
  figures: {
    wall: { label: 'a million clicks answered, all orders committed', unit: 's' },
    clicks: { label: 'clicks answered', unit: '/s' },
    soldIn: { label: 'until the last unit was sold', unit: 's' },
    oversold: { label: 'units oversold', unit: '' },
    unsold: { label: 'units unsold', unit: '' },
    mysqlConnections: { label: 'connections at MySQL, most seen', unit: '' },
    amqpConnections: { label: 'connections at RabbitMQ, most seen', unit: '' },
    refusedAtDoor: { label: 'clicks that no gateway saw', unit: '%' },
  },
  tables: {
    answers: { label: 'answers', unit: '' },
    memory: { label: 'memory, resident, at its highest', unit: 'MB' },
    cpu: { label: 'CPU spent', unit: 's' },
  },
  targets: [
    { figure: 'wall', most: 40 },
    { figure: 'oversold', most: 0 },
    { figure: 'unsold', most: 0 },
    { figure: 'mysqlConnections', most: 64 },
  ],
  chart: [],

  async open(bench) {
    const stack = await bench.lendStack({ gateways: 2, workers: 2 })
    const stores = await openStores(stack)
    const buyers = bench.quick ? 4_000 : 1_000_000
    const stock = buyers / 100

    return {
      async run() {
        const sale = await openSale(stack, stores, { stock })
        bench.progress(`million: signing ${buyers} tokens`)
        const clicks = await prepareClicks({
          ...{ origin: doorOf(stack), method: 'POST', path: `/api/sales/${sale}/orders`, requests: buyers },
          ...{ buyers: { prefix: 'm', from: 1, count: buyers }, token: 'valid' },
          ...{ jwtSecret: stack.secrets.jwt, connections: CONNECTIONS, pipelining: PIPELINING, flood: true },
        })
        const most: Record<string, number> = {}
        const sample = () => {
          const now = countConnections({ mysql: stack.ports.mysql, amqp: stack.ports.amqp })
          for (const [name, count] of Object.entries(now)) most[name] = Math.max(most[name] ?? 0, count)
        }
        const sampling = setInterval(sample, SAMPLE_MS)
        const passedBefore = await passed(stack.ports.ops)
        const before = readUsage(stack.processes())
        const watch = rowsOfSale(stores.mysql, sale, 100)
        const report = await withProgress(bench, 'million', clicks, watch)
        await watch.until(stock)
        await watch.stop()
        clearInterval(sampling)
        sample()
        const after = readUsage(stack.processes())
        const lastRowAt = Math.max(report.firstAt, ...watch.seen.values())
        const wallMs = Math.max(report.lastAt, lastRowAt) - report.firstAt
        const seen = (await passed(stack.ports.ops)) - passedBefore

        const audited = await auditSale(stores, sale)
        const sold = audited?.audit.sold ?? 0
        const wrong: string[] = []
        if (!audited?.audit.ok) wrong.push(`audit: ${audited?.audit.problems.join('; ')}`)
        if (report.requests !== buyers || report.failed > 0)
          wrong.push(
            `${report.requests} of ${buyers} were answered, ${report.failed} failed: ${report.failure}`,
          )
        if ((report.statuses['202'] ?? 0) !== stock || watch.seen.size !== stock)
          wrong.push(`${report.statuses['202']} accepted, ${watch.seen.size} orders, ${stock} units`)
        const cpu = Object.entries(cpuBetween(before, after)).map(([name, ms]) => [name, ms / 1000])
        return {
          figures: {
            wall: wallMs / 1000,
            clicks: (report.requests * 1000) / (report.lastAt - report.firstAt),
            soldIn: (lastRowAt - report.firstAt) / 1000,
            oversold: Math.max(0, sold - stock),
            unsold: Math.max(0, stock - sold),
            ...{ mysqlConnections: most.mysql!, amqpConnections: most.amqp! },
            refusedAtDoor: 100 * (1 - seen / Math.max(report.requests, 1)),
          },
          tables: {
            answers: { accepted: report.statuses['202'] ?? 0, ...report.reasons },
            memory: Object.fromEntries(Object.entries(after).map(([name, { peakMb }]) => [name, peakMb])),
            cpu: Object.fromEntries([...cpu, ['load generator', report.cpuMs / 1000]]),
          },
          proofs: {
            ...{ clicks: report.requests, accepted: report.statuses['202'] ?? 0, orders: watch.seen.size },
            audit: audited?.audit.ok === true,
          },
          wrong,
        } satisfies RunResult
      },
      close: () => stores.close(),
    }
  },
}

/** How many requests the door has let through to a gateway, by its own count. */
async function passed(port: number): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
  return sumMetric(text, 'sluice_door_answers_total', { code: 'passed' })
}
