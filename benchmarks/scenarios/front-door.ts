import { setTimeout as sleep } from 'node:timers/promises'
import type { ClickOrder, ClickReport } from '../load/click-order.ts'
import { prepareClicks } from '../load/clicks.ts'
import { readUsage } from '../measure/processes.ts'
import type { RunResult, Scenario } from '../scenario.ts'
import { openRefusals, REFUSALS, type Refusal } from './open-refusals.ts'
import { reloadDoor } from './reload-door.ts'
import { doorOf, openStores } from './sell.ts'

const CONNECTIONS = 64
const PIPELINING = 8

/** What one generator got out of one nginx worker. */
interface Stint {
  perSecond: number
  /** µs of nginx's CPU for each answer. */
  cpuUs: number
  report: ClickReport
}

export const frontDoor: Scenario = {
  name: 'front-door',
  about:
    'Refusals a second by reason, by one nginx worker, each between two stints of `return 200` on the same nginx with the same generator and the same request. A closed loop of 64 connections with 8 requests on the wire each.',
  figures: {
    bare: { label: 'return 200', unit: '/s' },
    soldOut: { label: 'sold_out', unit: '/s' },
    limited: { label: 'too_many_requests, signed token', unit: '/s' },
    soldOutRatio: { label: 'sold_out against return 200', unit: '×' },
    limitedRatio: { label: 'too_many_requests against return 200', unit: '×' },
    soldOutWork: { label: 'CPU of return 200 against that of sold_out', unit: '×' },
    limitedWork: { label: 'CPU of return 200 against that of too_many_requests', unit: '×' },
    oneByOne: { label: 'the same with one request on the wire a connection', unit: '×' },
    generator: { label: 'CPU of the generator for each request', unit: 'µs' },
  },
  tables: {
    rates: { label: 'answers a second', unit: '/s' },
    ratios: { label: 'against the two stints of return 200 beside it', unit: '×' },
    cpu: { label: 'CPU of nginx for each answer', unit: 'µs' },
  },
  targets: [
    { figure: 'soldOutRatio', least: 0.6 },
    { figure: 'limitedRatio', least: 0.4 },
  ],
  chart: ['bare', 'soldOut', 'limited'],

  async open(bench) {
    const stack = await bench.lendStack({ gateways: 2, workers: 2 })
    const stores = await openStores(stack)
    const yardstick = await reloadDoor(stack)
    const door = doorOf(stack)
    const sales = await openRefusals(stack, stores)
    const forMs = bench.quick ? 150 : 1_500

    const stint = async (name: string, order: Partial<ClickOrder> & Pick<ClickOrder, 'origin' | 'path'>) => {
      const clicks = await prepareClicks({
        ...{ method: 'POST', requests: 0, buyers: { prefix: 'b', from: 1, count: 1000 }, token: 'valid' },
        ...{ jwtSecret: stack.secrets.jwt, connections: CONNECTIONS, pipelining: PIPELINING },
        ...{ flood: true, forMs },
        ...order,
      })
      bench.progress(`front-door: ${name}`)
      const nginx = () => readUsage(stack.processes().filter(({ role }) => role === 'nginx')).nginx!.cpuMs
      const before = nginx()
      const report = await clicks.go()
      const cpuMs = nginx() - before
      const answers = Math.max(report.requests, 1)
      return {
        perSecond: (answers * 1000) / (report.lastAt - report.firstAt),
        cpuUs: (cpuMs * 1000) / answers,
        report,
      } satisfies Stint
    }
    const bare = (path: string) => stint('return 200', { origin: yardstick, path })

    /** Without pipelining, where each request pays for its own system calls, as a buyer's does. */
    const alone = async (): Promise<number> => {
      const path = `/api/sales/${sales.sold_out}/orders`
      const base = await stint('return 200', { origin: yardstick, path, pipelining: 1 })
      const side = await stint('sold_out', { origin: door, path, pipelining: 1 })
      return base.cpuUs / side.cpuUs
    }

    const refuse = async ({ sale, buyers, token, tokens }: Refusal): Promise<Stint> => {
      const path = `/api/sales/${sales[sale]}/orders`
      const count = bench.quick ? Math.ceil((tokens ?? 0) / 20) : tokens
      return stint(sale, {
        ...{ origin: door, path, token, buyers: { prefix: `${sale}-`, from: 1, count: buyers } },
        ...(count ? { tokens: count } : {}),
      })
    }

    return {
      async run() {
        const wrong: string[] = []
        const stints: Record<string, { side: Stint; bare: Stint }> = {}
        let before = await bare(`/api/sales/${sales.sold_out}/orders`)
        const bares = [before]
        let answers = 0
        for (const [name, refusal] of Object.entries(REFUSALS)) {
          const side = await refuse(refusal)
          const after = bench.quick ? before : await bare(`/api/sales/${sales.sold_out}/orders`)
          bares.push(after)
          stints[name] = { side, bare: between(before, after) }
          before = after
          answers += side.report.requests
          wrong.push(...judge(name, refusal, side.report, forMs))
          // What the limit let through becomes an order meanwhile, and is not part of the next stint.
          await sleep(bench.quick ? 0 : 200)
        }
        const oneByOne = await alone()
        const all = Object.entries(stints)
        const row = (of: (stint: { side: Stint; bare: Stint }) => number) =>
          Object.fromEntries(all.map(([name, one]) => [name, of(one)]))
        const rates = row(({ side }) => side.perSecond)
        const ratios = row(({ side, bare: beside }) => side.perSecond / beside.perSecond)
        const work = row(({ side, bare: beside }) => beside.cpuUs / side.cpuUs)
        const cpu = row(({ side }) => side.cpuUs)
        const mean = (of: (stint: Stint) => number) =>
          bares.reduce((sum, one) => sum + of(one), 0) / bares.length
        const [soldOut, limited] = ['sold_out', 'too_many_requests'] as const
        return {
          figures: {
            bare: mean(({ perSecond }) => perSecond),
            ...{ soldOut: rates[soldOut]!, limited: rates[limited]! },
            ...{ soldOutRatio: ratios[soldOut]!, limitedRatio: ratios[limited]! },
            ...{ soldOutWork: work[soldOut]!, limitedWork: work[limited]! },
            oneByOne,
            generator: mean(({ report }) => (report.cpuMs * 1000) / Math.max(report.requests, 1)),
          },
          tables: {
            rates: { 'return 200': mean(({ perSecond }) => perSecond), ...rates },
            ratios,
            cpu: { 'return 200': mean(({ cpuUs }) => cpuUs), ...cpu },
          },
          proofs: { answers },
          wrong,
        } satisfies RunResult
      },
      async close() {
        await stores.close()
      },
    }
  },
}

const between = (a: Stint, b: Stint): Stint => ({
  ...a,
  perSecond: (a.perSecond + b.perSecond) / 2,
  cpuUs: (a.cpuUs + b.cpuUs) / 2,
})

const LIMIT_MS = 2_000

/** Every answer must be the refusal that was asked for, but for the clicks that the limit lets through when due. */
function judge(name: string, { code, buyers }: Refusal, report: ClickReport, forMs: number): string[] {
  const refused = report.reasons[code] ?? 0
  const passed = (report.statuses['200'] ?? 0) + (report.statuses['202'] ?? 0)
  const due = code === 'too_many_requests' ? buyers * (Math.ceil(forMs / LIMIT_MS) + 1) : 0
  if (report.failed === 0 && refused > 0 && refused + passed === report.requests && passed <= due) return []
  const { requests, failed, failure } = report
  return [
    `${name}: of ${requests} answers ${refused} were ${code}, ${passed} passed, ${failed} failed (${failure}): ${JSON.stringify(report.reasons)}`,
  ]
}
