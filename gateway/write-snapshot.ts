import { CENTRE, SNAPSHOT, SNAPSHOT_TURN, saleKeys } from '../contract/keys.ts'
import type { SaleCard, Snapshot } from '../contract/snapshot.ts'
import type { Sale } from '../contract/words.ts'
import type { Logger } from '../platform/log.ts'
import type { Redis } from '../platform/redis.ts'
import type { Centre } from './centre.ts'
import { perSecond } from './line/pace.ts'
import type { OrderLag } from './load/order-lag.ts'

const EVERY_MS = 100

/**
 * Writes the door's snapshot about every 100 ms, one gateway at a time: whoever takes the turn in Redis writes.
 * @returns stops it.
 */
export function startSnapshots(deps: {
  redis: Redis
  liveSales: () => Sale[]
  name: string
  centre: Centre
  orderLag: OrderLag
  log: Logger
}): () => void {
  let writing = false
  const timer = setInterval(async () => {
    if (writing) return
    writing = true
    try {
      const turn = await deps.redis.set(SNAPSHOT_TURN, deps.name, 'PX', EVERY_MS - 10, 'NX')
      if (turn === 'OK') await writeSnapshot(deps.redis, deps.liveSales(), deps)
    } catch (error) {
      deps.log.warn({ err: error }, 'snapshot not written')
    } finally {
      writing = false
    }
  }, EVERY_MS)
  return () => clearInterval(timer)
}

/** Reads all live cards in one round trip and writes what the door needs to know of them, as the centre steers it. */
export async function writeSnapshot(
  redis: Redis,
  sales: Sale[],
  steering?: { centre: Centre; orderLag: OrderLag },
): Promise<void> {
  const pipeline = redis.pipeline()
  for (const sale of sales) {
    const { card, line } = saleKeys(sale.id)
    pipeline.hmget(card, 'phase', 'closes', 'standby', 'left', 'waiting', 'flying', 'served', 'ending')
    pipeline.zcard(line)
  }
  pipeline.get(CENTRE)
  const replies = (await pipeline.exec()) ?? []
  const now = Date.now()
  const snapshot: Snapshot = { seq: now, at: now, sales: {} }
  const rooms = new Map<number, number>()
  sales.forEach((sale, i) => {
    const [error, fields] = replies[2 * i] as [Error | null, (string | null)[]]
    const [, waiting] = replies[2 * i + 1] as [Error | null, number]
    // A sale that Redis lost is left out of one snapshot at most: the release loop is loading it again.
    if (error || fields[0] == null) return
    snapshot.sales[sale.id] = toCard(sale, fields as string[], waiting)
    const [, , standby = 0, left = 0, wanted = 0, flying = 0, served = 0] = fields.map(Number)
    rooms.set(sale.id, left + standby - wanted - flying)
    steering?.orderLag.note(sale.id, served, flying, now)
  })
  const remembered = replies.at(-1)?.[1] as string | null
  const memory = await steering?.centre.steer(snapshot, rooms, remembered)
  await redis.mset(SNAPSHOT, JSON.stringify(snapshot), ...(memory ? [CENTRE, JSON.stringify(memory)] : []))
}

function toCard(sale: Sale, fields: string[], waitingTickets: number): SaleCard {
  const [phase, closes, ...counts] = fields
  const [standby = 0, left = 0, waiting = 0, flying = 0, served = 0] = counts.slice(0, 5).map(Number)
  const ending = counts[5]
  const full = waiting + flying >= left + standby
  const soldOut = Boolean(ending) || (full && left + flying + waiting + standby === 0)
  return {
    id: sale.id,
    title: sale.title,
    price: sale.priceCents,
    currency: sale.currency,
    opensAt: sale.opensAt,
    closesAt: Number(closes),
    phase: phase as SaleCard['phase'],
    perUser: sale.perUser,
    challenge: sale.challenge,
    soldOut,
    lineFull: full && !soldOut,
    served,
    waiting: waitingTickets,
    perSecond: perSecond(sale.release),
  }
}
