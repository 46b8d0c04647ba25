import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { saleKeys } from '../../contract/keys.ts'
import type { Redis } from '../../platform/redis.ts'
import { ROOT } from '../../platform/root.ts'
import { type Ranges, toRanges } from './number-ranges.ts'

/** What Redis says of a sale at one instant. */
export interface RedisBooks {
  epoch: number
  stock: number
  left: number
  /** Units by the card's counters, and by summing up the line and the flight. */
  waiting: { counter: number; sum: number }
  flying: { counter: number; sum: number }
  /** The next number, and the highest that may be handed out. */
  next: number
  ceiling: number
  line: Ranges
  flight: Ranges
  /** Tickets whose buyers were passed over; their places are kept for them. */
  away: Ranges
  /** Tickets that have taken their units and await their row, and those units. */
  reserved: Ranges
  reservedUnits: number
  /** Units held by the orders that Redis tells of. */
  heldUnits: number
  /** Units that await their payment before they are taken, by the card's counter and by summing up. */
  awaiting: { counter: number; sum: number }
  /** Why nothing can be had any more; '' while something can. */
  ending: string
}

const lua = readFileSync(join(ROOT, 'lua', 'redis', 'read_books.lua'), 'utf8')

type Lists = [line: number[], flight: number[], reserved: number[]]
type Reply =
  | [1, string[], ending: string, wants: number, ...Lists, number, number, number, number, number[]]
  | [0]

/** Reads a sale's books from Redis; undefined where it does not know the sale. Rejects when Redis does not answer. */
export async function readRedis(redis: Redis, sale: number): Promise<RedisBooks | undefined> {
  const keys = saleKeys(sale)
  // EVAL_RO: Redis itself holds the promise that an audit changes nothing.
  const reply = (await redis.call(
    'EVAL_RO',
    ...[lua, 6, keys.card, keys.line, keys.wants, keys.flight, keys.fate, keys.kept],
  )) as Reply
  if (reply[0] === 0) return undefined
  const [, card, ending, wants, line, flight, reserved, flies, reservedUnits, heldUnits, awaits, away] = reply
  const [epoch, stock, left, waiting, flying, next, ceiling, awaiting] = card.map(Number) as [
    ...[number, number, number, number],
    ...[number, number, number, number],
  ]
  return {
    ...{ epoch, stock, left, next, ceiling },
    waiting: { counter: waiting, sum: wants },
    flying: { counter: flying, sum: flies },
    line: pairs(line),
    flight: pairs(flight),
    away: pairs(away),
    reserved: pairs(reserved),
    ...{ reservedUnits, heldUnits, ending },
    awaiting: { counter: awaiting, sum: awaits },
  }
}

const pairs = (flat: number[]): Ranges =>
  toRanges(Array.from({ length: flat.length / 2 }, (_, i) => [flat[2 * i]!, flat[2 * i + 1]!] as const))
