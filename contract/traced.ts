import type { Redis } from '../platform/redis.ts'
import { saleKeys } from './keys.ts'

/** As long as a trace of somebody who waits is of use. */
const KEPT_S = 3_600

/** Notes when a click that is traced (platform/trace.ts) joined the line, ms; for its worker. */
export async function noteJoined(redis: Redis, sale: number, number: number, at: number): Promise<void> {
  const { traced } = saleKeys(sale)
  await redis.multi().hset(traced, number, at).expire(traced, KEPT_S).exec()
}

/** When these tickets joined, by number, where that was noted; forgets it. */
export async function takeJoined(
  redis: Redis,
  sale: number,
  numbers: number[],
): Promise<Map<number, number>> {
  if (numbers.length === 0) return new Map()
  const { traced } = saleKeys(sale)
  const times = await redis.hmget(traced, ...numbers.map(String))
  await redis.hdel(traced, ...numbers.map(String))
  return new Map(
    numbers.flatMap((number, i): [number, number][] => (times[i] ? [[number, Number(times[i])]] : [])),
  )
}
