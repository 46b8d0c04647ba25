import { checkQueues } from '../contract/check-queues.ts'
import { connectStores } from '../platform/connect-stores.ts'
import type { Logger } from '../platform/log.ts'
import type { Pool } from '../platform/mysql.ts'
import { connectSubscriber, firstConnect, type Redis } from '../platform/redis.ts'
import type { GatewayConfig } from './config.ts'

export interface Connections {
  redis: Redis
  subscriber: Redis
  mysql: Pool
}

/**
 * Connects to Redis and MySQL, waits for them where they are still starting, and refuses unsafe settings, RabbitMQ's too.
 * Throws UnsafeSettings, or what the connection failed with.
 */
export async function openConnections(config: GatewayConfig, log: Logger): Promise<Connections> {
  const subscriber = connectSubscriber(config.SLUICE_REDIS_URL, `${config.SLUICE_NAME}-subscriber`)
  subscriber.on('error', (error) => log.warn({ err: error }, 'redis connection error'))
  const [{ redis, mysql }] = await Promise.all([connectStores(config, log), firstConnect(subscriber)])
  await checkQueues(config.SLUICE_AMQP_URL, config.SLUICE_NAME)
  return { redis, subscriber, mysql }
}

export async function closeConnections({ redis, subscriber, mysql }: Connections): Promise<void> {
  redis.disconnect()
  subscriber.disconnect()
  await mysql.end()
}
