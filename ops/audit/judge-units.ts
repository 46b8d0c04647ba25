import { nothingComesBack } from '../../contract/sales.ts'
import type { Finding } from './finding.ts'
import type { MysqlBooks } from './read-mysql.ts'
import type { RedisBooks } from './read-redis.ts'

/** Units that orders hold or have sold. */
export const heldUnits = ({ states }: MysqlBooks): number => states.reduce((sum, { held }) => sum + held, 0)

/** Units of orders that are paid. */
export const paidUnits = ({ states }: MysqlBooks): number =>
  states.find(({ state }) => state === 'paid')?.held ?? 0

/** Whether every unit is where the books say. `redis` only where it is of the living epoch. */
export function judgeUnits(mysql: MysqlBooks, redis: RedisBooks | undefined): Finding[] {
  const { stock, sold, paid, numbersLeased } = mysql.sale
  const held = heldUnits(mysql)
  const findings: Finding[] = []
  const expect = (kind: string, holds: boolean, sentence: string) => {
    if (!holds) findings.push({ kind, sentence })
  }
  expect('sold', sold === held, `MySQL counts ${sold} units as sold, but the live orders hold ${held}`)
  expect(
    'paid',
    paid === paidUnits(mysql),
    `MySQL counts ${paid} units as paid, but the paid orders are of ${paidUnits(mysql)}`,
  )
  expect(
    'oversold',
    Math.max(sold, held) <= stock,
    `${Math.max(sold, held)} units are sold of a stock of ${stock}`,
  )
  if (!redis) return findings

  expect('redis-stock', redis.stock === stock, `Redis has a stock of ${redis.stock}, MySQL of ${stock}`)
  expect('redis-left', redis.left >= 0, `Redis has ${redis.left} units left, less than none`)
  // At one instant of Redis this is exact; what it tells of each order is compared with MySQL ticket by ticket.
  const together = redis.left + redis.reservedUnits + redis.heldUnits
  expect(
    'redis-units',
    together === stock,
    `Redis has ${redis.left} units left, ${redis.reservedUnits} reserved without a row and ${redis.heldUnits} held by ` +
      `orders: together ${together}, but the stock is ${stock}`,
  )
  const over = nothingComesBack(mysql.sale)
  expect(
    'ending',
    over === (redis.ending !== ''),
    over
      ? 'every unit is paid, but Redis does not say so to the line'
      : `Redis ends the line with ${redis.ending}, but only ${paid} of ${stock} units are paid`,
  )
  const { waiting, flying, awaiting } = redis
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
    'awaiting',
    awaiting.counter === awaiting.sum,
    `Redis counts ${awaiting.counter} units as awaiting their payment, but it tells of ${awaiting.sum}`,
  )
  expect(
    'ceiling',
    redis.next - 1 <= redis.ceiling && redis.ceiling <= numbersLeased,
    `Redis may hand out numbers up to ${redis.ceiling} and is at ${redis.next - 1}, but only ${numbersLeased} are leased`,
  )
  return findings
}
