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

/** A connection for subscriptions: it resubscribes by itself after a cut. */
export const connectSubscriber = (url: string, name: string): Redis =>
  new Redis(url, {
    connectionName: name,
    retryStrategy: (attempt) => Math.min(50 * 2 ** attempt, 1_000),
    lazyConnect: true,
  })
