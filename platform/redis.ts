import { Redis } from 'ioredis'

export type { Redis }

/**
 * A Redis connection that never queues without end: commands fail at once while it is down, and after 2 s when no
 * answer comes. All scripts of Sluice are idempotent, so the caller may try again.
 * @param url redis://:password@host:port/db
 */
export function connectRedis(url: string, name: string): Redis {
  return new Redis(url, {
    connectionName: name,
    commandTimeout: 2_000,
    connectTimeout: 2_000,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (attempt) => Math.min(50 * 2 ** attempt, 1_000),
    lazyConnect: true,
  })
}

/**
 * Connects for the first time, and waits for a Redis that is not there yet: a whole machine that starts again starts in any
 * order. Rejects where Redis refuses us.
 */
export async function firstConnect(redis: Redis): Promise<void> {
  const ready = new Promise<void>((resolve, reject) => {
    redis.once('ready', resolve)
    redis.on('error', (error: Error) => {
      if (/^(WRONGPASS|NOAUTH|NOPERM|ERR) /.test(error.message)) reject(error)
    })
  })
  // A failure here is told by the event above, or passes.
  redis.connect().catch(() => undefined)
  await ready
}

const runs = new WeakMap<Redis, string>()

/**
 * Which run of the Redis server a connection talks to (`run_id`): another one after every restart, fail-over or
 * replacement. A sale's card names the run that it was loaded in, so that no script acts on keys which a server may
 * have read back from an old file. The value is forgotten as soon as the connection closes.
 */
export function runOf(redis: Redis): string | Promise<string> {
  return runs.get(redis) ?? readRun(redis)
}

async function readRun(redis: Redis): Promise<string> {
  const run = /^run_id:(\w+)/m.exec(await redis.info('server'))?.[1]
  if (!run) throw new Error('redis does not say its run_id')
  if (!runs.has(redis)) redis.once('close', () => runs.delete(redis))
  runs.set(redis, run)
  return run
}

/** A connection for subscriptions: it resubscribes by itself after a cut. */
export const connectSubscriber = (url: string, name: string): Redis =>
  new Redis(url, {
    connectionName: name,
    retryStrategy: (attempt) => Math.min(50 * 2 ** attempt, 1_000),
    lazyConnect: true,
  })
