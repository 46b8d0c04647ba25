import { saleKeys } from '../../contract/keys.ts'
import { JOIN, joinLine } from '../../contract/line/join.ts'
import { lookAtTickets } from '../../contract/line/look.ts'
import { endLeases, type ReleasedBatch, releaseDue } from '../../contract/line/release.ts'
import { recordFates, reserveBatch } from '../../contract/line/reserve.ts'
import type { Redis } from '../../platform/redis.ts'
import { readScriptTime } from '../measure/redis-time.ts'
import { spreadOf } from '../measure/spread.ts'

/** Redis's own time for one ticket, µs. */
export interface LineCosts {
  join: number
  again: number
  poll: number
  release: number
  reserve: number
  fate: number
}

const BATCH = 50
/** So many batches of joins, and of each of the others. */
const JOIN_BATCHES = 20
const BATCHES = 40
/** Of the sale that is measured. */
export const RELEASE_RATE = { batch: 100, everyMs: 3_600_000 }
export const RELEASED_AT_EACH_SIZE = 1_000

/**
 * Measures a line as it stands: nobody else may use it meanwhile. What it joins and releases comes to the same: the
 * line is as long afterwards as before.
 * @param joined buyers `buyer-1` to `buyer-N` have joined, and have these numbers
 */
export async function measureLine(
  redis: Redis,
  sale: number,
  joined: number,
): Promise<{ costs: LineCosts; joined: number }> {
  /** The median of the calls, as one that the processor was taken away from tells nothing; each is for `tickets`. */
  const timed = async (tickets: number, calls: (() => Promise<unknown>)[]): Promise<number> => {
    const spent: number[] = []
    for (const call of calls) {
      const before = await readScriptTime(redis)
      await call()
      spent.push((await readScriptTime(redis)).us - before.us)
    }
    return spreadOf(spent).median / tickets
  }
  const several = <T>(count: number, make: (nth: number) => T): T[] =>
    Array.from({ length: count }, (_, i) => make(i))
  const someone = () => Math.ceil(joined * (0.5 + Math.random() / 2))

  // A first call of each sort loads the script.
  const poll = () =>
    lookAtTickets(
      redis,
      sale,
      several(BATCH, () => {
        const number = someone()
        return { number, buyer: `buyer-${number}` }
      }),
    )
  const again = async () => {
    const { answers } = await joinLine(
      redis,
      sale,
      several(BATCH, () => ({ buyer: `buyer-${someone()}`, quantity: 1 })),
    )
    if (answers.some(({ code }) => code !== JOIN.again)) throw new Error('a buyer who waits was not known')
  }
  const join = (nth: number) => async () => {
    const from = joined + 1 + nth * BATCH
    const { answers } = await joinLine(
      redis,
      sale,
      several(BATCH, (i) => ({ buyer: `buyer-${from + i}`, quantity: 1 })),
    )
    if (answers.some(({ code }) => code !== JOIN.joined)) throw new Error('a new buyer did not join')
  }
  await poll()
  await again()
  const costs: LineCosts = {
    poll: await timed(
      BATCH,
      several(BATCHES, () => poll),
    ),
    again: await timed(
      BATCH,
      several(BATCHES, () => again),
    ),
    join: await timed(BATCH, several(JOIN_BATCHES, join)),
    ...{ release: 0, reserve: 0, fate: 0 },
  }

  const limits = { leaseMs: 60_000, flightWindow: 100_000, messageTickets: RELEASE_RATE.batch }
  const spent: Record<'release' | 'reserve' | 'fate', number[]> = { release: [], reserve: [], fate: [] }
  for (let released = 0; released < RELEASED_AT_EACH_SIZE; ) {
    // The sale releases a batch an hour, so that gateways leave it alone; here the next one is due at once.
    await redis.hset(saleKeys(sale).card, 'due', 0, 'hungry', 0)
    let batches: ReleasedBatch[] = []
    const releaseUs = await timed(RELEASE_RATE.batch, [
      async () => {
        batches = (await releaseDue(redis, sale, limits)).batches
      },
    ])
    const [batch] = batches
    if (!batch || batches.length > 1) throw new Error(`${batches.length} batches after ${released}`)
    const { tickets } = batch.message
    released += tickets.length
    spent.release.push(releaseUs)
    spent.reserve.push(await timed(tickets.length, [() => reserveBatch(redis, sale, tickets)]))
    const fates = tickets.map((ticket) => ({
      ...{ ...ticket, state: 'awaiting_payment' as const, payBy: Date.now() + 900_000, version: 1 },
    }))
    spent.fate.push(await timed(tickets.length, [() => recordFates(redis, sale, fates)]))
    await endLeases(redis, sale, [batch.lease])
  }
  costs.release = spreadOf(spent.release).median
  costs.reserve = spreadOf(spent.reserve).median
  costs.fate = spreadOf(spent.fate).median
  return { costs, joined: JOIN_BATCHES * BATCH }
}
