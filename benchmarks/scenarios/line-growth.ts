import { saleKeys } from '../../contract/keys.ts'
import { prepareClicks } from '../load/clicks.ts'
import { readUsage } from '../measure/processes.ts'
import { readUsedMemory } from '../measure/redis-time.ts'
import type { RunResult, Scenario } from '../scenario.ts'
import { fillLine } from './fill-line.ts'
import { stopRole } from './hire-workers.ts'
import { type LineCosts, measureLine, RELEASE_RATE, RELEASED_AT_EACH_SIZE } from './measure-line.ts'
import { doorOf, openSale, openStores } from './sell.ts'

const SIZES = [1_000, 10_000, 100_000, 1_000_000]
const QUICK_SIZES = [100, 200, 400, 800]
const WORDS = ['a thousand', 'ten thousand', 'a hundred thousand', 'a million']

export const lineGrowth: Scenario = {
  name: 'line-growth',
  about:
    'What one ticket costs in Redis (time in scripts by Redis’s own clock, a ticket’s share of a batch of 50) with a thousand to a million waiting; its memory there; and the memory of a gateway that serves the longest line.',
  runsMost: 3,
  figures: {
    joinGrowth: { label: 'join with a million waiting against a thousand', unit: '×' },
    pollGrowth: { label: 'poll with a million waiting against a thousand', unit: '×' },
    releaseGrowth: { label: 'release with a million waiting against a thousand', unit: '×' },
    bytes: { label: 'Redis memory for each waiting ticket', unit: 'bytes' },
    gateway: { label: 'memory of a gateway with a million waiting', unit: 'MB' },
  },
  tables: {
    join: { label: 'join', unit: 'µs' },
    again: { label: 'the same buyer again', unit: 'µs' },
    poll: { label: 'poll', unit: 'µs' },
    release: { label: 'release', unit: 'µs' },
    reserve: { label: 'reserve', unit: 'µs' },
    fate: { label: 'record the fate', unit: 'µs' },
  },
  targets: [
    { figure: 'joinGrowth', most: 1.3 },
    { figure: 'bytes', most: 300 },
    { figure: 'gateway', most: 300 },
  ],
  chart: [],

  async open(bench) {
    const stack = await bench.lendStack({ gateways: 2, workers: 2 })
    const stores = await openStores(stack)
    const sizes = bench.quick ? QUICK_SIZES : SIZES
    const most = sizes.at(-1)!

    return {
      async run() {
        const sale = await openSale(stack, stores, {
          ...{ stock: (sizes.length + 1) * RELEASED_AT_EACH_SIZE, standby: most * 2 },
          release: RELEASE_RATE,
        })
        const bringGateways = await stopRole(stack, 'gateway')
        const bringWorkers = await stopRole(stack, 'worker')
        const emptyBytes = await readUsedMemory(stores.redis)
        const costs: Record<string, LineCosts> = {}
        let joined = 0
        // The shortest line twice: the first time warms Redis up, and its figures are overwritten.
        for (const size of [sizes[0]!, ...sizes]) {
          const waiting = await stores.redis.zcard(saleKeys(sale).line)
          const buyers = { prefix: 'buyer-', from: joined + 1, count: size - waiting }
          await fillLine(stores.redis, sale, buyers, (count) =>
            bench.progress(`line-growth: ${waiting + count} waiting`),
          )
          joined += buyers.count
          const measured = await measureLine(stores.redis, sale, joined)
          costs[WORDS[sizes.indexOf(size)]!] = measured.costs
          joined += measured.joined
        }
        const waiting = await stores.redis.zcard(saleKeys(sale).line)
        const bytes = ((await readUsedMemory(stores.redis)) - emptyBytes) / waiting

        await bringGateways()
        // The gateways at work with that line: buyers who wait already, and new ones.
        const clicks = await prepareClicks({
          ...{ origin: doorOf(stack), method: 'POST', path: `/api/sales/${sale}/orders` },
          ...{ requests: bench.quick ? 200 : 20_000, token: 'valid', jwtSecret: stack.secrets.jwt },
          buyers: {
            prefix: 'buyer-',
            from: joined - (bench.quick ? 100 : 10_000),
            count: bench.quick ? 200 : 20_000,
          },
          connections: 100,
        })
        const report = await clicks.go()
        const gateways = readUsage(stack.processes().filter(({ role }) => role === 'gateway'))
        await bringWorkers()
        const row = (of: (cost: LineCosts) => number) =>
          Object.fromEntries(Object.entries(costs).map(([name, cost]) => [`${name} waiting`, of(cost)]))
        const first = costs[WORDS[0]!]!
        const last = costs[WORDS[sizes.length - 1]!]!
        const served = (report.statuses['200'] ?? 0) + (report.statuses['202'] ?? 0)
        const wrong =
          served === report.requests ? [] : [`clicks at the longest line: ${JSON.stringify(report.statuses)}`]
        return {
          figures: {
            joinGrowth: last.join / first.join,
            pollGrowth: last.poll / first.poll,
            releaseGrowth: last.release / first.release,
            bytes,
            gateway: Math.max(...Object.values(gateways).map(({ memoryMb }) => memoryMb)),
          },
          tables: {
            join: row(({ join }) => join),
            again: row(({ again }) => again),
            poll: row(({ poll }) => poll),
            release: row(({ release }) => release),
            reserve: row(({ reserve }) => reserve),
            fate: row(({ fate }) => fate),
          },
          proofs: { waiting, wanted: most, served },
          wrong,
        } satisfies RunResult
      },
      close: () => stores.close(),
    }
  },
}
