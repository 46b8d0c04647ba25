import { migrate } from '../platform/migrate.ts'
import { connectMysql, type Pool } from '../platform/mysql.ts'
import { connectRedis, type Redis } from '../platform/redis.ts'
import { lendMariadb, lendRedis } from './lend-servers.ts'

/** A MariaDB with Sluice's tables and a Redis, both empty and one's own, connected. */
export interface LentStores {
  mysql: Pool
  redis: Redis
  stop(): Promise<void>
}

/** `urls`: where they are, for what connects by itself. */
export async function lendStores(options: {
  connections: number
}): Promise<LentStores & { urls: { mysql: string; redis: string } }> {
  const [mariadb, redisServer] = await Promise.all([lendMariadb(), lendRedis()])
  await migrate(mariadb.url).catch(async (error) => {
    await Promise.all([mariadb.stop(), redisServer.stop()])
    throw error
  })
  const mysql = connectMysql(mariadb.url, options)
  const redis = connectRedis(redisServer.url, 'test')
  redis.on('error', () => {})
  await redis.connect()
  return {
    urls: { mysql: mariadb.url, redis: redisServer.url },
    mysql,
    redis,
    async stop() {
      redis.disconnect()
      await mysql.end()
      await Promise.all([mariadb.stop(), redisServer.stop()])
    },
  }
}
