import type { Redis } from '../../platform/redis.ts'
import { saleKeys } from '../keys.ts'
import type { ReleaseKind, ReleaseMessage } from '../release-message.ts'
import { unpackRequest } from '../requests.ts'
import { SaleUnloaded, script, UNLOADED } from '../scripts.ts'
import { ABSENCE, type Absence } from './absence.ts'

/** A batch that left the line, under a lease until RabbitMQ has confirmed it. */
export interface ReleasedBatch {
  lease: string
  message: ReleaseMessage
}

const runRelease = script('release')
const runLeave = script('leave')

/** Releases what is due now; `more` says that asking again at once would release more. Throws {@link SaleUnloaded}. */
export async function releaseDue(
  redis: Redis,
  sale: number,
  limits: { leaseMs: number; flightWindow: number; messageTickets: number },
  absence: Absence = ABSENCE,
): Promise<{ more: boolean; batches: ReleasedBatch[] }> {
  const keys = saleKeys(sale)
  const reply = await runRelease(
    redis,
    [
      ...[keys.card, keys.line, keys.wants, keys.flight, keys.lease, keys.holder],
      ...[keys.away, keys.kept, keys.seen, keys.called, keys.requests],
    ],
    [
      ...[limits.leaseMs, limits.flightWindow, limits.messageTickets],
      ...[absence.absentMs, absence.farPollMs, absence.graceMs],
    ],
  )
  if (reply[0] === UNLOADED) throw new SaleUnloaded(sale)
  const [, epoch, releasedAt, more] = reply as number[]
  const batches: ReleasedBatch[] = []
  for (let at = 4; at < reply.length; ) {
    const lease = reply[at++] as string
    const kind = reply[at++] as ReleaseKind
    const count = reply[at++] as number
    const tickets = Array.from({ length: count }, () => ({
      number: reply[at++] as number,
      buyer: reply[at++] as string,
      quantity: reply[at++] as number,
      request: unpackRequest(reply[at++] as string),
    }))
    batches.push({ lease, message: { sale, epoch: epoch!, kind, releasedAt: releasedAt!, tickets } })
  }
  return { more: more === 1, batches }
}

/** Takes one ticket out of the line; undefined when it does not wait there. Throws {@link SaleUnloaded}. */
export async function leaveLine(
  redis: Redis,
  sale: number,
  ticket: { number: number; buyer: string },
  leaseMs: number,
): Promise<ReleasedBatch | undefined> {
  const keys = saleKeys(sale)
  const reply = await runLeave(
    redis,
    [
      ...[keys.card, keys.line, keys.wants, keys.flight, keys.lease, keys.gone, keys.away, keys.kept],
      keys.requests,
    ],
    [ticket.number, ticket.buyer, leaseMs],
  )
  if (reply[0] === UNLOADED) throw new SaleUnloaded(sale)
  if (reply[1] === 0) return undefined
  const [, , epoch, releasedAt, lease, quantity, packed] = reply as [
    0,
    1,
    number,
    number,
    string,
    number,
    string,
  ]
  const tickets = [{ number: ticket.number, buyer: ticket.buyer, quantity, request: unpackRequest(packed) }]
  return { lease, message: { sale, epoch, kind: 'left', releasedAt, tickets } }
}

/** RabbitMQ has these batches: their leases end. */
export async function endLeases(redis: Redis, sale: number, leases: string[]): Promise<void> {
  await redis.zrem(saleKeys(sale).lease, ...leases)
}
