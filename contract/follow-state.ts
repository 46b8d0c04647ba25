import type { Logger } from '../platform/log.ts'
import type { Db, Pool } from '../platform/mysql.ts'
import type { Redis } from '../platform/redis.ts'

/** What people set: MySQL has the record, Redis is the way. `version` rises with every change. */
export interface SpreadState<T extends { version: number }> {
  /** For the log, such as `switches`. */
  name: string
  /** Pub/sub: a message says that there is something new. */
  channel: string
  read(db: Db): Promise<T>
  /** What Redis holds; undefined where it was erased. */
  fetch(redis: Redis): Promise<T | undefined>
  spread(redis: Redis, state: T): Promise<void>
}

const LOOK_MS = 500
const COMPARE_MS = 3_000

/**
 * Follows a state: told by pub/sub, looked up in Redis twice a second by whoever missed it (or has no subscriber), and in
 * MySQL every 3 s. The higher version counts, and is put back into a Redis that forgot it or was rolled back. What was
 * known last stays in force while the stores are down, at the start too.
 * @param take is given every state that is newer than the last one; what was read first is given before this resolves
 * @returns stops it
 */
export async function followState<T extends { version: number }>(
  what: SpreadState<T>,
  { redis, subscriber, mysql, log }: { redis: Redis; subscriber?: Redis; mysql: Pool; log: Logger },
  take: (state: T) => void,
): Promise<() => void> {
  let newest: T | undefined
  const learn = (state: T | undefined): void => {
    if (state === undefined || state.version <= (newest?.version ?? 0)) return
    newest = state
    take(state)
  }
  const look = async (): Promise<void> => {
    const held = await what.fetch(redis)
    learn(held)
    if (newest && (held === undefined || held.version < newest.version)) await what.spread(redis, newest)
  }
  const compare = async (): Promise<void> => learn(await what.read(mysql))

  const quietly = (work: () => Promise<void>): Promise<void> =>
    work().catch((error) =>
      log.debug({ err: error }, `${what.name} not looked up, the last ones stay in force`),
    )
  const onMessage = (channel: string): void => {
    if (channel === what.channel) void quietly(look)
  }
  if (subscriber) {
    subscriber.on('message', onMessage)
    await subscriber.subscribe(what.channel)
  }
  await quietly(compare)
  await quietly(look)
  const looking = setInterval(() => void quietly(look), LOOK_MS)
  const comparing = setInterval(() => void quietly(compare), COMPARE_MS)
  return () => {
    clearInterval(looking)
    clearInterval(comparing)
    subscriber?.off('message', onMessage)
  }
}
