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
  /** The part of `flight` that has taken its units and awaits its row, and those units. */
  reserved: Ranges
  reservedUnits: number
}

const lua = readFileSync(join(ROOT, 'lua', 'redis', 'read_books.lua'), 'utf8')

type Reply = [1, string[], number, number[], number[], number[], number, number] | [0]

/** Reads a sale's books from Redis; undefined where it does not know the sale. Rejects when Redis does not answer. */
export async function readRedis(redis: Redis, sale: number): Promise<RedisBooks | undefined> {
  const keys = saleKeys(sale)
  // EVAL_RO: Redis itself holds the promise that an audit changes nothing.
  const reply = (await redis.call(
    'EVAL_RO',
    ...[lua, 5, keys.card, keys.line, keys.wants, keys.flight, keys.fate],
  )) as Reply
  if (reply[0] === 0) return undefined
  const [, card, waits, line, flight, reserved, flies, reservedUnits] = reply
  const [epoch, stock, left, waiting, flying, next, ceiling] = card.map(Number) as [
    ...[number, number, number, number],
    ...[number, number, number],
  ]
  return {
    ...{ epoch, stock, left, next, ceiling },
    waiting: { counter: waiting, sum: waits },
    flying: { counter: flying, sum: flies },
    line: pairs(line),
    flight: pairs(flight),
    reserved: pairs(reserved),
    reservedUnits,
  }
}

const pairs = (flat: number[]): Ranges =>
  toRanges(Array.from({ length: flat.length / 2 }, (_, i) => [flat[2 * i]!, flat[2 * i + 1]!] as const))
