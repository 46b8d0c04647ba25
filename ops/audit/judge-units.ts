import { HOLDING_STATES } from '../../contract/words.ts'
import type { Finding } from './finding.ts'
import type { MysqlBooks } from './read-mysql.ts'
import type { RedisBooks } from './read-redis.ts'

/** Units that live orders hold. */
export const liveUnits = ({ states }: MysqlBooks): number =>
  states
    .filter(({ state }) => (HOLDING_STATES as readonly string[]).includes(state))
    .reduce((sum, { units }) => sum + units, 0)

/** Whether every unit is where the books say. `redis` only where it is of the living epoch. */
export function judgeUnits(mysql: MysqlBooks, redis: RedisBooks | undefined): Finding[] {
  const { stock, sold, numbersLeased } = mysql.sale
  const live = liveUnits(mysql)
  const findings: Finding[] = []
  const expect = (kind: string, holds: boolean, sentence: string) => {
    if (!holds) findings.push({ kind, sentence })
  }
  expect('sold', sold === live, `MySQL counts ${sold} units as sold, but the live orders hold ${live}`)
  expect(
    'oversold',
    Math.max(sold, live) <= stock,
    `${Math.max(sold, live)} units are sold of a stock of ${stock}`,
  )
  if (!redis) return findings

  expect('redis-stock', redis.stock === stock, `Redis has a stock of ${redis.stock}, MySQL of ${stock}`)
  expect('redis-left', redis.left >= 0, `Redis has ${redis.left} units left, less than none`)
  // MySQL was read after Redis. Orders of tickets that Redis then had in the line, in flight or not yet handed out
  // came in between: Redis has their units still as left, or as reserved.
  const recorded = live - mysql.liveUnitsIn
  expect(
    'redis-units',
    redis.left + redis.reservedUnits + recorded === stock,
    `Redis has ${redis.left} units left and ${redis.reservedUnits} reserved without a row, live orders hold ${recorded}: ` +
      `together ${redis.left + redis.reservedUnits + recorded}, but the stock is ${stock}`,
  )
  const { waiting, flying } = redis
  expect(
    'waiting',
    waiting.counter === waiting.sum,
    `Redis counts ${waiting.counter} units as waiting, but the line wants ${waiting.sum}`,
  )
  expect(
    'flying',
    flying.counter === flying.sum,
    `Redis counts ${flying.counter} units as flying, but the tickets in flight want ${flying.sum}`,
  )
  expect(
    'ceiling',
    redis.next - 1 <= redis.ceiling && redis.ceiling <= numbersLeased,
    `Redis may hand out numbers up to ${redis.ceiling} and is at ${redis.next - 1}, but only ${numbersLeased} are leased`,
  )
  return findings
}
