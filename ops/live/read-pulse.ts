import { type CentreMemory, readCentre } from '../../contract/centre.ts'
import { CENTRE, SNAPSHOT, saleKeys } from '../../contract/keys.ts'
import { type EdgeReport, type GatewayLoad, readReports, type WorkerLoad } from '../../contract/reports.ts'
import type { Snapshot } from '../../contract/snapshot.ts'
import type { Redis } from '../../platform/redis.ts'

/** What Redis says of all live sales at one instant. */
export interface Pulse {
  /** By sale; absent where Redis does not hold its card. */
  cards: Map<number, { line: number; inFlight: number; last: number; window?: number }>
  snapshot: Snapshot | undefined
  centre: CentreMemory
  doors: Map<string, EdgeReport>
  gateways: Map<string, GatewayLoad>
  workers: Map<string, WorkerLoad>
}

/** Rejects while Redis is away. */
export async function readPulse(redis: Redis, sales: readonly number[]): Promise<Pulse> {
  const pipeline = redis.pipeline().get(SNAPSHOT).get(CENTRE)
  for (const sale of sales) {
    const { card, line } = saleKeys(sale)
    pipeline.hmget(card, 'flying', 'next', 'every', 'window').zcard(line)
  }
  const [replies, doors, gateways, workers] = await Promise.all([
    pipeline.exec(),
    readReports(redis, 'edge'),
    readReports(redis, 'gateway'),
    readReports(redis, 'worker'),
  ])
  const values = (replies ?? []).map(([error, value]) => {
    if (error) throw error
    return value
  })
  const cards: Pulse['cards'] = new Map()
  sales.forEach((sale, i) => {
    const [flying, next, every, window] = values[2 + 2 * i] as (string | null)[]
    if (flying == null || next == null) return
    cards.set(sale, {
      line: values[3 + 2 * i] as number,
      inFlight: Number(flying),
      last: Number(next) - 1,
      // A card keeps the window that it had before its rate became a fixed one.
      ...(every === '0' && window != null ? { window: Number(window) } : {}),
    })
  })
  return {
    ...{ cards, doors, gateways, workers },
    snapshot: parse(values[0] as string | null),
    centre: readCentre(values[1] as string | null),
  }
}

function parse(text: string | null): Snapshot | undefined {
  try {
    return text === null ? undefined : (JSON.parse(text) as Snapshot)
  } catch {
    return undefined
  }
}
