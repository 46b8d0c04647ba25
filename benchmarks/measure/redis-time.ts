import type { Redis } from '../../platform/redis.ts'

/** Time that Redis has spent in scripts since it started, by its own clock, and how many it ran. */
export async function readScriptTime(redis: Redis): Promise<{ us: number; calls: number }> {
  const text = await redis.info('commandstats')
  let us = 0
  let calls = 0
  for (const [, count, usec] of text.matchAll(/^cmdstat_eval(?:sha)?:calls=(\d+),usec=(\d+)/gm)) {
    calls += Number(count)
    us += Number(usec)
  }
  return { us, calls }
}

/** Bytes that Redis has allocated for its data and itself. */
export async function readUsedMemory(redis: Redis): Promise<number> {
  return Number(/^used_memory:(\d+)/m.exec(await redis.info('memory'))?.[1] ?? Number.NaN)
}
