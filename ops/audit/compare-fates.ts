import { saleKeys } from '../../contract/keys.ts'
import type { OrderState, RefusedState } from '../../contract/words.ts'
import { type Pool, select } from '../../platform/mysql.ts'
import type { Redis } from '../../platform/redis.ts'
import { type Ranges, toRanges } from './number-ranges.ts'

/** What Redis tells a buyer of a ticket, where MySQL says otherwise. */
export interface WrongFate {
  number: number
  told: string
  /** undefined: MySQL has no row. */
  row: string | undefined
}

export interface Fates {
  /** The tickets that Redis tells an outcome of. */
  known: Ranges
  wrong: WrongFate[]
}

/** How many wrong ones are kept. */
const MOST = 1000

/**
 * Compares every outcome that Redis tells with MySQL's row of the ticket: state, units, version and buyer. A ticket that is only
 * reserved has no outcome yet. Page by page, Redis before MySQL: an outcome is told after its commit, so that what
 * Redis tells must be in MySQL when it is asked later.
 */
export async function compareFates(redis: Redis, mysql: Pool, sale: number): Promise<Fates> {
  const known: [number, number][] = []
  const wrong: WrongFate[] = []
  let cursor = '0'
  do {
    const [next, flat] = await redis.hscan(saleKeys(sale).fate, cursor, 'COUNT', 1000)
    cursor = next
    const told = new Map<number, string>()
    for (let i = 0; i < flat.length; i += 2) {
      const fate = flat[i + 1]!
      if (!fate.startsWith('reserved,')) told.set(Number(flat[i]), withoutPayBy(fate))
    }
    if (told.size === 0) continue
    const rows = await readFates(mysql, sale, [...told.keys()])
    for (const [number, fate] of told) {
      known.push([number, number])
      const row = rows.get(number)
      if (row !== fate && wrong.length < MOST) wrong.push({ number, told: fate, row })
    }
  } while (cursor !== '0')
  return { known: toRanges(known), wrong }
}

/** "state,quantity,payByMs,version,buyer" -> "state,quantity,version,buyer" */
const withoutPayBy = (fate: string): string => fate.replace(/^([^,]*,[^,]*),[^,]*/, '$1')

async function readFates(mysql: Pool, sale: number, numbers: number[]): Promise<Map<number, string>> {
  const rows = await select<{
    number: number
    state: OrderState | RefusedState
    quantity: number
    version: number
    buyer: string
  }>(
    mysql,
    `SELECT number, state, quantity, version, buyer FROM orders WHERE sale_id = ? AND number IN (?)
     UNION ALL SELECT number, state, quantity, 1, buyer FROM refusals WHERE sale_id = ? AND number IN (?)`,
    [sale, numbers, sale, numbers],
  )
  return new Map(
    rows.map((row) => [Number(row.number), `${row.state},${row.quantity},${row.version},${row.buyer}`]),
  )
}
