import type { Fates, WrongFate } from './compare-fates.ts'
import type { Finding } from './finding.ts'
import { intersect, type Ranges, subtract, toRanges, union } from './number-ranges.ts'
import type { MysqlBooks } from './read-mysql.ts'
import type { RedisBooks } from './read-redis.ts'

/**
 * The numbers that were handed out and must be somewhere (`known`), and those that may have been and may be forgotten
 * (`possible`): all up to the end of the last epoch that ended without anybody knowing how far it had come, since then
 * Redis lost its line, with what earlier epochs had left in it. A buyer who polls brings such a ticket back. Without
 * Redis nothing is known of a line; but a settlement has written down how far the numbers had come.
 */
export function numbersHandedOut(
  { sale, epochs }: MysqlBooks,
  redis: RedisBooks | undefined,
): { known: Ranges; possible: Ranges } {
  const known: [number, number][] = []
  const possible: [number, number][] = []
  const lost = epochs.findLastIndex(({ epoch, last }) => last === undefined && epoch !== sale.epoch)
  epochs.forEach(({ epoch, first, last }, i) => {
    const living = epoch === sale.epoch
    const to =
      living && redis ? redis.next - 1 : (last ?? (epochs[i + 1]?.first ?? sale.numbersLeased + 1) - 1)
    const certain = redis !== undefined || (sale.phase === 'settled' && last !== undefined)
    if (certain && i > lost) known.push([first, to])
    else possible.push([first, to])
  })
  return { known: toRanges(known), possible: toRanges(possible) }
}

/** Every ticket that is in the books, wherever. */
export const ticketsSeen = (mysql: MysqlBooks, redis: RedisBooks | undefined): Ranges =>
  union(
    mysql.orders,
    mysql.refusals,
    redis?.line ?? [],
    redis?.flight ?? [],
    redis?.away ?? [],
    redis?.reserved ?? [],
  )

/** Whether every ticket is in exactly one place. `redis` and `fates` only where they are of the living epoch. */
export function judgeTickets(
  mysql: MysqlBooks,
  redis: RedisBooks | undefined,
  fates: Fates | undefined,
): Finding[] {
  const { id } = mysql.sale
  const name = (number: number) => `ticket ${id}-${number}`
  const rows = union(mysql.orders, mysql.refusals)
  const { line = [], flight = [], away = [], reserved = [] } = redis ?? {}
  const { known, possible } = numbersHandedOut(mysql, redis)
  const seen = ticketsSeen(mysql, redis)
  const findings: Finding[] = []
  const refuse = (kind: string, tickets: Ranges, what: string) => {
    if (tickets.length > 0)
      findings.push({ kind, tickets, sentenceFor: (number) => `${name(number)} ${what}` })
  }
  refuse(
    'nowhere',
    subtract(known, seen),
    'was handed out, but is not in the line, not in flight, and has no row',
  )
  refuse(
    'stray',
    subtract(seen, union(known, possible)),
    'is in the books, but its number was never handed out',
  )
  refuse(
    'two-rows',
    intersect(mysql.orders, mysql.refusals),
    'has two rows, one in orders and one in refusals',
  )
  refuse('line-and-row', intersect(line, rows), 'is in the line, though it has a row')
  refuse('flight-and-row', intersect(flight, rows), 'is in flight, though it has a row')
  refuse('line-and-flight', intersect(line, flight), 'is in the line and in flight')
  refuse('away-and-row', intersect(away, rows), 'has its place kept, though it has a row')
  refuse('away-and-line', intersect(away, line), 'has its place kept, though it is in the line')
  refuse('away-and-flight', intersect(away, flight), 'has its place kept, though it is in flight')
  refuse('line-and-reserved', intersect(line, reserved), 'is in the line, though it has reserved its units')
  for (const { buyer, tickets } of mysql.repeated) {
    const names = tickets.map((number) => `${id}-${number}`).join(', ')
    findings.push({
      kind: `repeated ${buyer}`,
      sentence: `buyer ${buyer} has several live orders: tickets ${names}`,
    })
  }
  const odd = new Map(mysql.odd.map((order) => [order.number, order]))
  const { perUser, priceCents, currency } = mysql.sale
  findings.push(
    ...eachOf('odd', odd, (number, order) => {
      const is = `${order.quantity} units for ${order.amountCents} ${order.currency} cents`
      return `${name(number)} is an order of ${is}; the sale allows ${perUser} at ${priceCents} ${currency} cents each`
    }),
  )
  if (!fates) return findings

  const wrong = new Map(fates.wrong.map((fate) => [fate.number, fate]))
  const tell = ({ told, row }: WrongFate) =>
    `as ${told} in Redis, but ${row ? `MySQL has ${row}` : 'MySQL has no row'}`
  findings.push(...eachOf('fate', wrong, (number, fate) => `${name(number)} is told ${tell(fate)}`))
  refuse(
    'untold',
    subtract(subtract(rows, fates.known), flight),
    'has a row, but Redis tells no outcome of it',
  )
  return findings
}

function eachOf<T>(
  kind: string,
  found: Map<number, T>,
  sentence: (number: number, what: T) => string,
): Finding[] {
  if (found.size === 0) return []
  const tickets = toRanges([...found.keys()].map((number) => [number, number] as const))
  return [{ kind, tickets, sentenceFor: (number) => sentence(number, found.get(number)!) }]
}
