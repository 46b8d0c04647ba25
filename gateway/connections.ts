import { checkQueues } from '../contract/check-queues.ts'
import type { Logger } from '../platform/log.ts'
import { connectMysql, type Pool } from '../platform/mysql.ts'
import { connectRedis, connectSubscriber, firstConnect, type Redis } from '../platform/redis.ts'
import { checkMysqlSettings, checkRedisSettings } from '../platform/safe-settings.ts'
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
  const redis = connectRedis(config.SLUICE_REDIS_URL, config.SLUICE_NAME)
  const subscriber = connectSubscriber(config.SLUICE_REDIS_URL, `${config.SLUICE_NAME}-subscriber`)
  const mysql = connectMysql(config.SLUICE_MYSQL_URL, { connections: 4 })
  for (const connection of [redis, subscriber]) {
    connection.on('error', (error) => log.warn({ err: error }, 'redis connection error'))
  }
  await Promise.all([firstConnect(redis), firstConnect(subscriber)])
  await checkRedisSettings(redis)
  await checkMysqlSettings(mysql, (error) => log.warn({ err: error }, 'mysql is not there yet'))
  await checkQueues(config.SLUICE_AMQP_URL, config.SLUICE_NAME)
  return { redis, subscriber, mysql }
}

export async function closeConnections({ redis, subscriber, mysql }: Connections): Promise<void> {
  redis.disconnect()
  subscriber.disconnect()
  await mysql.end()
}
