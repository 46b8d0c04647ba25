import { BLOCKS_VERSION } from '../contract/blocks.ts'
import { BLOCKS, CENTRE, SNAPSHOT, SNAPSHOT_TURN, saleKeys } from '../contract/keys.ts'
import type { SaleCard, Snapshot } from '../contract/snapshot.ts'
import type { Sale } from '../contract/words.ts'
import type { Logger } from '../platform/log.ts'
import type { Redis } from '../platform/redis.ts'
import type { Centre } from './centre.ts'
import type { GatewayConfig } from './config.ts'
import { fastest, perSecond } from './line/pace.ts'
import type { OrderLag } from './load/order-lag.ts'
import type { LineNow } from './release/auto-release.ts'

const EVERY_MS = 100

/**
 * Writes the door's snapshot about every 100 ms, one gateway at a time: whoever takes the turn in Redis writes.
 * @returns stops it.
 */
export function startSnapshots(deps: {
  redis: Redis
  shownSales: () => Sale[]
  /** Brings the block list back to a Redis that has lost it. */
  spreadBlocks: () => Promise<void>
  live: Pick<GatewayConfig, 'SLUICE_FAR_POLL_MS'>
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
      if (turn === 'OK') {
        const { blocks } = await writeSnapshot(
          deps.redis,
          deps.shownSales(),
          deps.live.SLUICE_FAR_POLL_MS,
          deps,
        )
        if (blocks === undefined) await deps.spreadBlocks()
      }
    } catch (error) {
      deps.log.warn({ err: error }, 'snapshot not written')
    } finally {
      writing = false
    }
  }, EVERY_MS)
  return () => clearInterval(timer)
}

const NUMBERS = [
  ...['closes', 'standby', 'left', 'waiting', 'flying', 'served', 'reach', 'next', 'over', 'awaiting'],
  ...['every', 'window'],
] as const
type Numbers = Record<(typeof NUMBERS)[number], number>
/** Redis does not know a settled sale; that it has ended is all there is to say of it. */
const NOTHING = Object.fromEntries(NUMBERS.map((name) => [name, 0])) as Numbers

/**
 * Reads all live cards in one round trip and writes what the door needs to know of them, as the centre steers it.
 * @param farPollMs the longest delay between two polls that the door may tell, ms
 */
export async function writeSnapshot(
  redis: Redis,
  sales: Sale[],
  farPollMs: number,
  steering?: { centre: Centre; orderLag: OrderLag },
): Promise<Snapshot> {
  // The time before the reading: what the door takes to have happened since is never too little.
  const now = Date.now()
  const pipeline = redis.pipeline().hget(BLOCKS, BLOCKS_VERSION)
  for (const sale of sales) {
    const { card, line, gone, flight } = saleKeys(sale.id)
    pipeline.hmget(card, 'phase', 'ending', ...NUMBERS)
    pipeline.zcard(line)
    pipeline.getBuffer(gone)
    pipeline.hlen(flight)
  }
  pipeline.get(CENTRE)
  const [blocks, ...replies] = (await pipeline.exec()) ?? []
  const version = blocks?.[1] as string | null | undefined
  const snapshot: Snapshot = { seq: now, at: now, ...(version ? { blocks: version } : {}), sales: {} }
  const rooms = new Map<number, number>()
  const lines: LineNow[] = []
  sales.forEach((sale, i) => {
    const [error, fields] = replies[4 * i] as [Error | null, (string | null)[]]
    const [, tickets] = replies[4 * i + 1] as [Error | null, number]
    const [, gone] = replies[4 * i + 2] as [Error | null, Buffer | null]
    const [, inFlight] = replies[4 * i + 3] as [Error | null, number]
    if (sale.phase === 'settled') {
      snapshot.sales[sale.id] = { ...toCard(sale, 'settled', false, NOTHING), waiting: 0, pollMs: farPollMs }
      return
    }
    // A sale that Redis lost is left out of one snapshot at most: the release loop is loading it again.
    if (error || fields[0] == null) return
    const [phase, ending, ...rest] = fields
    const numbers = Object.fromEntries(NUMBERS.map((name, n) => [name, Number(rest[n])])) as Numbers
    snapshot.sales[sale.id] = {
      ...toCard(sale, phase as SaleCard['phase'], Boolean(ending), numbers),
      waiting: tickets,
      pollMs: farPollMs,
      ...(gone ? { gone: gone.toString('base64') } : {}),
    }
    const { standby, left, waiting, flying, served } = numbers
    rooms.set(sale.id, left + standby - waiting - flying)
    const free = snapshot.sales[sale.id]!.free
    lines.push({ sale: sale.id, isAuto: numbers.every === 0, free, waiting, inFlight, share: numbers.window })
    steering?.orderLag.note(sale.id, served, flying, now)
  })
  const remembered = replies.at(-1)?.[1] as string | null
  const memory = await steering?.centre.steer(snapshot, rooms, lines, remembered)
  await redis.mset(SNAPSHOT, JSON.stringify(snapshot), ...(memory ? [CENTRE, JSON.stringify(memory)] : []))
  return snapshot
}

function toCard(
  sale: Sale,
  phase: SaleCard['phase'],
  ending: boolean,
  { closes, standby, left, waiting, flying, served, reach, next, over, awaiting }: Numbers,
): Omit<SaleCard, 'waiting' | 'pollMs'> {
  const full = waiting + flying >= left + standby
  const soldOut = ending || (full && left + flying + waiting + standby === 0)
  return {
    id: sale.id,
    title: sale.title,
    price: sale.priceCents,
    currency: sale.currency,
    opensAt: sale.opensAt,
    closesAt: closes || sale.closesAt,
    phase,
    perUser: sale.perUser,
    challenge: sale.challenge,
    ...(sale.rehearsalOf === undefined ? {} : { hidden: true }),
    soldOut,
    lineFull: full && !soldOut,
    ...{ served, reach, last: next - 1, free: left + over - flying - awaiting },
    perSecond: perSecond(sale.release),
    fastest: fastest(sale.release),
  }
}
