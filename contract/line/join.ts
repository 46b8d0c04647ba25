import type { Redis } from '../../platform/redis.ts'
import type { PassMark } from '../challenges/pass.ts'
import { saleKeys } from '../keys.ts'
import { packRequest } from '../requests.ts'
import { SaleUnloaded, script, UNLOADED } from '../scripts.ts'

/** What lua/redis/join.lua answers to a click. */
export const JOIN = {
  joined: 1,
  again: 2,
  notOpen: 3,
  ended: 4,
  paused: 5,
  soldOut: 6,
  lineFull: 7,
  noNumbers: 8,
  passMissing: 9,
  passBad: 10,
} as const
export type JoinCode = (typeof JOIN)[keyof typeof JOIN]

export interface Click {
  buyer: string
  quantity: number
  /** The challenge's pass; absent where the sale asks for none. */
  pass?: PassMark | undefined
  /** Which request this is (contract/requests.ts). */
  request?: string | undefined
}

/** A pass as the script is told of it. */
function markOf(pass: PassMark | undefined): string {
  if (pass === undefined) return 'free'
  return typeof pass === 'string' ? pass : `${pass.expiresS}:${pass.nonce}`
}

export interface JoinAnswer {
  code: JoinCode
  number: number
  /** 1 for the head of the line, 0 for a ticket that left it. */
  position: number
  /** What the ticket asked for; a repeated click does not change it. */
  quantity: number
}

const run = script('join')

/**
 * Joins many buyers in one call, in their order. `numbersLeft` says how many more tickets may be handed out before new
 * numbers must be leased. Throws {@link SaleUnloaded}.
 */
export async function joinLine(
  redis: Redis,
  sale: number,
  clicks: Click[],
): Promise<{ numbersLeft: number; answers: JoinAnswer[] }> {
  const keys = saleKeys(sale)
  const args: (string | number)[] = []
  for (const click of clicks) {
    args.push(click.buyer, click.quantity, markOf(click.pass), packRequest(click.request))
  }
  const reply = (await run(
    redis,
    [
      ...[keys.card, keys.line, keys.wants, keys.flight, keys.holder, keys.fate],
      ...[keys.passes, keys.away, keys.kept, keys.requests],
    ],
    args,
  )) as number[]
  if (reply[0] === UNLOADED) throw new SaleUnloaded(sale)
  const answers = clicks.map((_, i): JoinAnswer => {
    const at = 2 + 4 * i
    return {
      code: reply[at] as JoinCode,
      number: reply[at + 1]!,
      position: reply[at + 2]!,
      quantity: reply[at + 3]!,
    }
  })
  return { numbersLeft: reply[1]!, answers }
}

const runReenter = script('reenter')

/**
 * Takes back a ticket that Redis forgot: to its number in the line, or on its way to a row that says why not.
 * Throws {@link SaleUnloaded}.
 */
export async function reenterLine(
  redis: Redis,
  sale: number,
  ticket: { number: number; buyer: string; quantity: number },
): Promise<void> {
  const keys = saleKeys(sale)
  const reply = await runReenter(
    redis,
    [
      keys.card,
      keys.line,
      keys.wants,
      keys.flight,
      keys.lease,
      keys.holder,
      keys.fate,
      keys.gone,
      keys.away,
      keys.kept,
    ],
    [ticket.number, ticket.buyer, ticket.quantity],
  )
  if (reply[0] === UNLOADED) throw new SaleUnloaded(sale)
}
