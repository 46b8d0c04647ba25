import type { Fate } from '../../contract/line/reserve.ts'
import { takeJoined } from '../../contract/traced.ts'
import type { Redis } from '../../platform/redis.ts'
import type { Trace } from '../../platform/trace.ts'
import type { Flight } from './flight.ts'

/** When each part of a batch's work ended, ms. */
export interface BatchTimes {
  began: number
  reserved: number
  recorded: number
  told: number
}

/** Tells the traces of a batch's clicks, from the line to what its buyer can read. `fates`: in the order of `flights`. */
export async function traceBatch(
  { trace, redis }: { trace?: Trace | undefined; redis: Redis },
  sale: number,
  flights: Flight[],
  fates: Fate[],
  times: BatchTimes,
): Promise<void> {
  const traced = flights.map((flight, i) => ({ flight, state: fates[i]!.state }))
  const taken = traced.filter(({ flight }) => trace?.takes(flight.ticket.request))
  if (!trace || taken.length === 0) return
  const numbers = taken.map(({ flight }) => flight.ticket.number)
  const joined = await takeJoined(redis, sale, numbers).catch(() => new Map<number, number>())
  for (const { flight, state } of taken) {
    const { ticket, kind, releasedAt, receivedAt = times.began } = flight
    const fields = { sale, number: ticket.number }
    const joinedAt = joined.get(ticket.number)
    const tell = (name: string, from: number, to: number, more: Record<string, string> = {}): void =>
      trace.step(ticket.request!, { name, from, to, fields: { ...fields, ...more } })
    if (joinedAt !== undefined) tell('wait in line', joinedAt, releasedAt)
    tell('queue', releasedAt, receivedAt, { kind })
    tell('gather', receivedAt, times.began)
    if (kind === 'order') tell('reserve', times.began, times.reserved)
    tell('record', times.reserved, times.recorded, { state })
    tell('tell', times.recorded, times.told, { state })
  }
}
