import type { Redis } from '../../platform/redis.ts'
import { saleKeys } from '../keys.ts'
import { SaleUnloaded, script, UNLOADED } from '../scripts.ts'
import type { ReleaseRate, TicketState } from '../words.ts'
import { ABSENCE, type Absence, silenceMs } from './absence.ts'

export interface TicketView {
  /** 'unknown': Redis knows nothing of it; MySQL may. */
  state: TicketState | 'unknown'
  /** 1 for the head of the line, 0 for a ticket that left it. */
  position: number
  /** ms, 0 where there is none. */
  payBy: number
}

const run = script('look')

/**
 * Where many tickets of a sale stand, the sale's release rate, and how many units are free. Whoever asks is there: a
 * place kept for him is given back. Throws {@link SaleUnloaded}.
 */
export async function lookAtTickets(
  redis: Redis,
  sale: number,
  tickets: { number: number; buyer: string }[],
  absence: Absence = ABSENCE,
): Promise<{ release: ReleaseRate; free: number; views: TicketView[] }> {
  const keys = saleKeys(sale)
  const args: (string | number)[] = [silenceMs(absence)]
  for (const ticket of tickets) args.push(ticket.number, ticket.buyer)
  const reply = await run(
    redis,
    [
      ...[keys.card, keys.line, keys.flight, keys.fate, keys.wants],
      ...[keys.away, keys.kept, keys.seen, keys.called],
    ],
    args,
  )
  if (reply[0] === UNLOADED) throw new SaleUnloaded(sale)
  const [, batch, everyMs, free] = reply as number[]
  const views = tickets.map((_, i): TicketView => {
    const at = 4 + 3 * i
    return {
      state: reply[at] as TicketView['state'],
      position: reply[at + 1] as number,
      payBy: reply[at + 2] as number,
    }
  })
  return { release: everyMs === 0 ? 'auto' : { batch: batch!, everyMs: everyMs! }, free: free!, views }
}
