import type { Blockers } from '../../contract/console/settlement.ts'
import { type Db, select } from '../../platform/mysql.ts'
import type { Redis } from '../../platform/redis.ts'
import { count, union } from '../audit/number-ranges.ts'
import { type RedisBooks, readRedis } from '../audit/read-redis.ts'

/** Reads what blocks a settlement. `redis` undefined: Redis is not asked, and the line counts as empty. */
export async function readBlockers(db: Db, redis: Redis | undefined, sale: number): Promise<Blockers> {
  const rows = await select<{ state: string; orders: number; last: Date }>(
    db,
    `SELECT state, COUNT(*) AS orders, MAX(pay_by) AS last FROM orders
     WHERE sale_id = ? AND state IN ('awaiting_payment', 'expiring', 'refunding') GROUP BY state`,
    [sale],
  )
  const of = (state: string) => rows.find((row) => row.state === state)
  const number = (state: string) => Number(of(state)?.orders ?? 0)
  return {
    ...inLine(redis && (await readRedis(redis, sale))),
    awaitingPayment: number('awaiting_payment'),
    expiring: number('expiring'),
    refunding: number('refunding'),
    unpaidUntil: of('awaiting_payment')?.last.getTime(),
  }
}

const inLine = (books: RedisBooks | undefined): Pick<Blockers, 'waiting' | 'inFlight'> => ({
  waiting: books ? count(union(books.line, books.away)) : 0,
  inFlight: books ? count(union(books.flight, books.reserved)) : 0,
})

export const isBlocked = (blockers: Blockers): boolean =>
  blockers.waiting + blockers.inFlight + blockers.awaitingPayment + blockers.expiring + blockers.refunding > 0

/** One sentence of what blocks and when it will be over. */
export function tellBlockers(sale: number, blockers: Blockers): string {
  const { waiting, inFlight, awaitingPayment, expiring, refunding, unpaidUntil } = blockers
  const parts = [
    [waiting, 'waiting'],
    [inFlight, 'in flight'],
    [awaitingPayment, 'awaiting payment'],
    [expiring, 'expiring'],
    [refunding, 'being refunded'],
  ].flatMap(([n, word]) => (n === 0 ? [] : [`${n} ${word}`]))
  const when =
    unpaidUntil === undefined
      ? 'this usually takes some seconds'
      : `the last of them runs out of time to pay at ${new Date(unpaidUntil).toISOString()}`
  return `sale ${sale} can not be settled yet: ${parts.join(', ')}; ${when}`
}
