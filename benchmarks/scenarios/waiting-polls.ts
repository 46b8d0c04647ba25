import { setTimeout as sleep } from 'node:timers/promises'
import { SNAPSHOT, saleKeys } from '../../contract/keys.ts'
import type { Snapshot } from '../../contract/snapshot.ts'
import { signTicket } from '../../contract/ticket.ts'
import { signToken } from '../../contract/token.ts'
import type { SaleStores } from '../../ops/sales/sale-stores.ts'
import type { Redis } from '../../platform/redis.ts'
import { sumMetric } from '../../platform/sum-metric.ts'
import type { Stack } from '../../stack/stack.ts'
import { type Holder, pollAsTold } from '../load/poll-as-told.ts'
import type { RunResult, Scenario } from '../scenario.ts'
import { fillLine } from './fill-line.ts'
import { doorOf, openSale, openStores } from './sell.ts'

const STOCK = 100
const WAITING = 100_000
const QUICK = { stock: 20, waiting: 400 }
const MINUTE_MS = 60_000
/** Within this time after the opening the crowd had joined, and was told when to ask first. */
const FIRST_WITHIN_MS = 9_000
const WITHIN_MS = 30_000
/** nginx pulls what the gateways wrote about every 200 ms. */
const PULL_MS = 500

export const waitingPolls: Scenario = {
  name: 'waiting-polls',
  about:
    'A hundred thousand buyers stand by for units that are all held, and ask as told for a minute of their time (which passes as fast as the answers come): how many of their polls reach a gateway, by the door’s own counters.',
  runsMost: 1,
  figures: {
    reached: { label: 'polls that reached a gateway', unit: '%' },
    delay: { label: 'mean delay told between two polls', unit: 's' },
    perSecond: { label: 'polls answered', unit: '/s' },
  },
  targets: [{ figure: 'reached', most: 1 }],
  chart: [],

  async open(bench) {
    const stack = await bench.lendStack({ gateways: 2, workers: 2 })
    const stores = await openStores(stack)
    const { stock, waiting } = bench.quick ? QUICK : { stock: STOCK, waiting: WAITING }

    return {
      async run() {
        const release = { batch: 10, everyMs: 100 }
        const sale = await openSale(stack, stores, { stock, standby: waiting, release })
        await fillLine(stores.redis, sale, { prefix: 'poller-', from: 1, count: stock + waiting }, (count) =>
          bench.progress(`waiting-polls: ${count} joined`),
        )
        await untilSettled(stores, sale, stock, waiting)
        const holders = await holdersOf(stack, stores.redis, sale)
        const before = await readCounters(stack)
        const report = await pollAsTold(doorOf(stack), holders, {
          ...{ forMs: MINUTE_MS, firstWithinMs: FIRST_WITHIN_MS },
          positionOf: ({ number }) => number - stock,
          onPolled: (polls) => bench.progress(`waiting-polls: ${polls} polls answered`),
        })
        const after = await readCounters(stack)
        const told = after.waiting - before.waiting
        const passed = after.passed - before.passed
        const wrong = [...report.wrong]
        if (told + passed !== report.polls)
          wrong.push(
            `${report.polls} polls, but the door counts ${told} told by itself and ${passed} passed on`,
          )
        if (report.polls < 2 * waiting)
          wrong.push(`only ${report.polls} polls of ${waiting} tickets in a minute`)
        return {
          figures: {
            reached: (100 * passed) / report.polls,
            delay: report.delays.sum / report.polls / 1_000,
            perSecond: (report.polls * 1_000) / report.tookMs,
          },
          proofs: {
            ...{ waiting, polls: report.polls, told, passed },
            ...{ shortestMs: report.delays.least, longestMs: report.delays.most },
            stillWaiting: await stores.redis.zcard(saleKeys(sale).line),
          },
          wrong,
        } satisfies RunResult
      },
      close: () => stores.close(),
    }
  },
}

/** The units are all held, the rest stands by, and the door knows it. */
async function untilSettled(stores: SaleStores, sale: number, stock: number, waiting: number): Promise<void> {
  for (const end = Date.now() + WITHIN_MS; Date.now() < end; await sleep(50)) {
    const snapshot = JSON.parse((await stores.redis.get(SNAPSHOT)) ?? '{}') as Partial<Snapshot>
    const card = snapshot.sales?.[sale]
    if (card?.served === stock && card.waiting === waiting && card.last === stock + waiting) {
      await sleep(PULL_MS)
      return
    }
  }
  throw new Error(`sale ${sale}: ${waiting} do not stand by after ${WITHIN_MS} ms`)
}

/** Everybody in line, with their tickets and tokens. */
async function holdersOf(stack: Stack, redis: Redis, sale: number): Promise<Holder[]> {
  const expiresS = Math.floor(Date.now() / 1_000) + 3_600
  const line = await redis.zrange(saleKeys(sale).line, 0, -1, 'WITHSCORES')
  const holders: Holder[] = []
  for (let i = 0; i < line.length; i += 2) {
    const [buyer, number] = [line[i]!, Number(line[i + 1])]
    holders.push({
      number,
      ticket: signTicket(stack.secrets.ticket, { sale, number, quantity: 1, expiresS, buyer }),
      token: signToken(stack.secrets.jwt, buyer, expiresS),
    })
    // Seconds of signing at a stretch make the clients' timers believe that a server does not answer.
    if (i % 1_000 === 0) await sleep(0)
  }
  return holders
}

/** What the door has counted so far. */
async function readCounters(stack: Stack): Promise<{ waiting: number; passed: number }> {
  const text = await (await fetch(`http://127.0.0.1:${stack.ports.ops}/metrics`)).text()
  const polls = (code: string) => sumMetric(text, 'sluice_door_answers_total', { call: 'poll', code })
  return { waiting: polls('waiting'), passed: polls('passed') }
}
