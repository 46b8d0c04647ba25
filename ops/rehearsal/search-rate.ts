import { setTimeout as sleep } from 'node:timers/promises'
import type { RateStep } from '../../contract/console/rehearsal.ts'
import { saleKeys } from '../../contract/keys.ts'
import { readReports } from '../../contract/reports.ts'
import { type Pool, select } from '../../platform/mysql.ts'
import type { Redis } from '../../platform/redis.ts'
import type { SaleStores } from '../sales/sale-stores.ts'
import { percentile } from './crowd.ts'
import { LIMITS } from './limits.ts'
import { setRate } from './shadow-sale.ts'

const FIRST_RATE = 50
const BETWEEN_RATE = 10
const STEP_MS = 2_000
/** A step of fewer tickets than half a second's says nothing. */
const SHORTEST_MS = 500
/** Rows of what was released last may be on their way. */
const SETTLE_MS = 2 * LIMITS.lagP99Ms
const REACHED = 0.8

/**
 * Doubles the release rate step by step, until the backends do not hold the limits or the line is empty. Each step's
 * numbers come from the rows themselves: when a ticket was released, and when its order was committed.
 * @param onStep after each step
 */
export async function searchRate(
  stores: SaleStores,
  sale: number,
  onStep: (step: RateStep) => void,
  signal: AbortSignal,
): Promise<RateStep[]> {
  const steps: RateStep[] = []
  for (let asked = FIRST_RATE; !signal.aborted; asked *= 2) {
    const lastsMs = Math.min(STEP_MS, (1_000 * (await readReleasable(stores.redis, sale))) / asked)
    if (lastsMs < SHORTEST_MS) break
    const step = await tryRate(stores, sale, asked, lastsMs, signal)
    steps.push(step)
    onStep(step)
    if (step.problem !== undefined) break
  }
  return steps
}

/** So many tickets may be released: who waits, where a unit is free for him. Whoever stands by beyond them has to wait. */
async function readReleasable(redis: Redis, sale: number): Promise<number> {
  const card = await redis.hmget(saleKeys(sale).card, 'waiting', 'left', 'flying', 'over', 'awaiting')
  const [waiting = 0, left = 0, flying = 0, over = 0, awaiting = 0] = card.map(Number)
  return Math.min(waiting, left + over - flying - awaiting)
}

async function tryRate(
  stores: SaleStores,
  sale: number,
  asked: number,
  lastsMs: number,
  signal: AbortSignal,
): Promise<RateStep> {
  await setRate(stores, sale, asked)
  const from = Date.now()
  let queue = 0
  while (Date.now() - from < lastsMs && !signal.aborted) {
    await sleep(Math.min(200, lastsMs), undefined, { signal })
    queue = Math.max(queue, await queueOf(stores.redis))
  }
  const until = Date.now()
  // So that the next step does not pay for this one.
  await setRate(stores, sale, BETWEEN_RATE)
  const lags = await readLags(stores.mysql, sale, from, until, signal)
  const released = Math.round((1_000 * lags.length) / (until - from))
  const numbers = { asked, released, tickets: lags.length, queue }
  const step = { ...numbers, lagP50Ms: percentile(lags, 0.5), lagP99Ms: percentile(lags, 0.99) }
  const problem = judge(step)
  return problem === undefined ? step : { ...step, problem }
}

function judge({ asked, released, lagP99Ms, queue }: RateStep): string | undefined {
  if (lagP99Ms > LIMITS.lagP99Ms) return `orders lagged ${lagP99Ms} ms behind their release (p99)`
  if (queue > LIMITS.queue) return `${queue} messages waited in RabbitMQ`
  if (released < REACHED * asked) return `only ${released} tickets a second came through`
  return undefined
}

const queueOf = async (redis: Redis): Promise<number> =>
  Math.max(0, ...[...(await readReports(redis, 'gateway')).values()].map(({ queue }) => queue))

/** How long each order released in this time took to its committed row, ms. Waits for those on their way. */
async function readLags(
  mysql: Pool,
  sale: number,
  from: number,
  until: number,
  signal: AbortSignal,
): Promise<number[]> {
  const read = async () =>
    (
      await select<{ lag: string }>(
        mysql,
        `SELECT TIMESTAMPDIFF(MICROSECOND, released_at, created_at) AS lag FROM orders
         WHERE sale_id = ? AND released_at >= ? AND released_at < ?`,
        [sale, new Date(from), new Date(until)],
      )
    ).map(({ lag }) => Math.max(Number(lag) / 1_000, 0))
  let lags = await read()
  for (const deadline = Date.now() + SETTLE_MS; Date.now() < deadline && !signal.aborted; ) {
    await sleep(250, undefined, { signal })
    const more = await read()
    if (more.length === lags.length) return more
    lags = more
  }
  return lags
}
