import type { Logger } from './log.ts'
import { connectMysql, type Pool } from './mysql.ts'
import { connectRedis, firstConnect, type Redis } from './redis.ts'
import { checkMysqlSettings, checkRedisSettings } from './safe-settings.ts'

/** Connections to MySQL that a gateway, a worker or the console holds at most. */
const CONNECTIONS = 4

/**
 * Connects one of our processes to Redis and MySQL, waits for them where they are still starting, and refuses unsafe
 * settings. Throws UnsafeSettings, or what the connection failed with.
 */
export async function connectStores(
  config: { SLUICE_NAME: string; SLUICE_REDIS_URL: string; SLUICE_MYSQL_URL: string },
  log: Logger,
): Promise<{ redis: Redis; mysql: Pool }> {
  const redis = connectRedis(config.SLUICE_REDIS_URL, config.SLUICE_NAME)
  redis.on('error', (error) => log.warn({ err: error }, 'redis connection error'))
  const mysql = connectMysql(config.SLUICE_MYSQL_URL, { connections: CONNECTIONS })
  await firstConnect(redis)
  await checkRedisSettings(redis)
  await checkMysqlSettings(mysql, (error) => log.warn({ err: error }, 'mysql is not there yet'))
  return { redis, mysql }
}
