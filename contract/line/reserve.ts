import type { Redis } from '../../platform/redis.ts'
import { saleKeys } from '../keys.ts'
import type { ReleasedTicket } from '../release-message.ts'
import { SaleUnloaded, script, UNLOADED } from '../scripts.ts'
import type { OrderState, RefusedState } from '../words.ts'

/** What lua/redis/reserve.lua answers for a ticket. */
export const RESERVE = { won: 1, soldOut: 2, duplicate: 3 } as const
export type ReserveCode = (typeof RESERVE)[keyof typeof RESERVE]

const runReserve = script('reserve')
const runRecord = script('record_fates')

const keysOf = (sale: number): string[] => {
  const { card, flight, holder, fate, line, wants, away, kept } = saleKeys(sale)
  return [card, flight, holder, fate, line, wants, away, kept]
}

/** Takes stock for a batch of tickets, in their order. Throws {@link SaleUnloaded}. */
export async function reserveBatch(
  redis: Redis,
  sale: number,
  tickets: ReleasedTicket[],
): Promise<{ epoch: number; codes: ReserveCode[] }> {
  const args: (string | number)[] = []
  for (const ticket of tickets) args.push(ticket.number, ticket.buyer, ticket.quantity)
  const reply = (await runReserve(redis, keysOf(sale), args)) as number[]
  if (reply[0] === UNLOADED) throw new SaleUnloaded(sale)
  return { epoch: reply[1]!, codes: reply.slice(2) as ReserveCode[] }
}

/** What MySQL has committed for a ticket. */
export interface Fate {
  number: number
  buyer: string
  quantity: number
  state: OrderState | RefusedState
  /** ms; 0 where there is none. */
  payBy: number
  /** Rises with every change of an order's state; a refusal has 1. */
  version: number
}

/**
 * Shows buyers what MySQL has committed, and moves the units accordingly. Throws {@link SaleUnloaded}.
 * @param final the stock of which every unit is paid, so that none can come back (then whoever waits is told so); 0: not so.
 */
export async function recordFates(redis: Redis, sale: number, fates: Fate[], final = 0): Promise<void> {
  const args: (string | number)[] = [final || '']
  for (const fate of fates) {
    args.push(fate.number, fate.buyer, fate.quantity, fate.state, fate.payBy, fate.version)
  }
  const reply = await runRecord(redis, keysOf(sale), args)
  if (reply[0] === UNLOADED) throw new SaleUnloaded(sale)
}
