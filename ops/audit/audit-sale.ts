import { setTimeout as sleep } from 'node:timers/promises'
import type { Audit } from '../../contract/console/audit.ts'
import { ORDER_STATES, REFUSED_STATES } from '../../contract/words.ts'
import type { Pool } from '../../platform/mysql.ts'
import type { Redis } from '../../platform/redis.ts'
import { compareFates, type Fates } from './compare-fates.ts'
import { type Finding, tell, whatPersists } from './finding.ts'
import { judgeInventory } from './judge-inventory.ts'
import { judgeMoney } from './judge-money.ts'
import { judgeSettlement } from './judge-settlement.ts'
import { judgeTickets, numbersHandedOut, ticketsSeen } from './judge-tickets.ts'
import { heldUnits, judgeUnits, paidUnits } from './judge-units.ts'
import { count, union } from './number-ranges.ts'
import { type MysqlBooks, readMysql } from './read-mysql.ts'
import { type RedisBooks, readRedis } from './read-redis.ts'

interface Reading {
  mysql: MysqlBooks
  redis: RedisBooks | undefined
  findings: Finding[]
  unchecked: string | undefined
}

/** Between a first reading that found something and the next ones. Redelivery after a dead worker takes about a second. */
const PAUSES_MS = [100, 400, 1000, 2000]

/**
 * Proves the books of a sale without changing anything, also while it runs: Redis is read at one instant, MySQL in one
 * snapshot after it, and what looks wrong is read again a few times, since a ticket may just be on its way.
 *
 * @returns undefined where there is no such sale; `unchecked` says what could not be looked at, and why, in a sale that
 * is not live (in a live one that is a problem).
 */
export async function auditSale(
  stores: { mysql: Pool; redis: Redis },
  id: number,
  pausesMs: readonly number[] = PAUSES_MS,
): Promise<{ audit: Audit; unchecked: string | undefined } | undefined> {
  let reading = await read(stores, id)
  if (!reading) return undefined
  let { findings } = reading
  for (const pause of pausesMs) {
    if (findings.length === 0) break
    await sleep(pause)
    reading = await read(stores, id)
    if (!reading) return undefined
    findings = whatPersists(findings, reading.findings)
  }
  return { audit: summarise(reading, tell(findings)), unchecked: reading.unchecked }
}

async function read(
  { mysql, redis }: { mysql: Pool; redis: Redis },
  id: number,
): Promise<Reading | undefined> {
  const asked = await readRedis(redis, id).then(
    (books) => ({ books, failure: undefined }),
    (error: Error) => ({ books: undefined, failure: `Redis does not answer (${error.message})` }),
  )
  const books = await readMysql(mysql, id)
  if (!books) return undefined
  const { phase, epoch } = books.sale
  if (!asked.books) {
    const unchecked = `${asked.failure ?? 'Redis does not know the sale'}: the line, the flight and the units left are not checked`
    const live = phase === 'published' || phase === 'paused'
    const empty = phase === 'draft' || phase === 'discarded' || phase === 'settled'
    const findings = judge(books, undefined, undefined)
    if (live) findings.push({ kind: 'redis', sentence: unchecked })
    return {
      mysql: books,
      redis: undefined,
      findings,
      unchecked: live || empty ? undefined : unchecked,
    }
  }
  if (asked.books.epoch !== epoch) {
    const sentence = `Redis is at epoch ${asked.books.epoch} of the sale, MySQL at ${epoch}: what Redis says is not checked`
    const findings = judge(books, undefined, undefined)
    return {
      mysql: books,
      redis: undefined,
      findings: [{ kind: 'epoch', sentence }, ...findings],
      unchecked: undefined,
    }
  }
  const fates = await compareFates(redis, mysql, id).catch((error: unknown): Fates | undefined => {
    if (redis.status === 'ready') throw error
    return undefined
  })
  const findings = judge(books, asked.books, fates)
  if (!fates)
    findings.push({
      kind: 'fates',
      sentence: 'Redis stopped answering: the outcomes it tells are not checked',
    })
  return { mysql: books, redis: asked.books, findings, unchecked: undefined }
}

const judge = (mysql: MysqlBooks, redis: RedisBooks | undefined, fates: Fates | undefined): Finding[] => [
  ...judgeUnits(mysql, redis),
  ...judgeInventory(mysql),
  ...judgeMoney(mysql),
  ...judgeSettlement(mysql),
  ...judgeTickets(mysql, redis, fates),
]

function summarise({ mysql, redis }: Reading, problems: string[]): Audit {
  const { sale, states } = mysql
  const paid = paidUnits(mysql)
  const outcomes = Object.fromEntries(
    [...ORDER_STATES, ...REFUSED_STATES].map((word) => [
      word,
      states.find(({ state }) => state === word)?.tickets ?? 0,
    ]),
  ) as Audit['outcomes']
  return {
    ok: problems.length === 0,
    stock: sale.stock,
    sold: sale.sold,
    paid,
    awaiting: heldUnits(mysql) - paid,
    left: sale.stock - sale.sold,
    tickets: count(union(numbersHandedOut(mysql, redis).known, ticketsSeen(mysql, redis))),
    waiting: count(union(redis?.line ?? [], redis?.away ?? [])),
    inFlight: count(redis?.flight ?? []),
    outcomes,
    problems,
  }
}
