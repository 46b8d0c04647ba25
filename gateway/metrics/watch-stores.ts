import { Gauge, type Registry } from 'prom-client'
import { type Pool, select } from '../../platform/mysql.ts'
import type { Redis } from '../../platform/redis.ts'
import { watchBackends } from '../../platform/watch-backends.ts'

const ASK_MS = 2_500

/** This gateway's view of its backends, and how full they are. @returns stops it. */
export function watchStores(deps: {
  metrics: Registry
  redis: Redis
  mysql: Pool
  rabbitmqReady: () => boolean
}): () => void {
  const { metrics, redis, mysql, rabbitmqReady } = deps
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers: [metrics] })
  const memory = gauge('sluice_redis_memory_bytes', 'Memory that Redis uses')
  const memoryMost = gauge('sluice_redis_memory_limit_bytes', 'Its maxmemory, beyond which it refuses writes')
  const connections = gauge('sluice_mysql_connections', 'Connections at MySQL, of everybody')
  const connectionsMost = gauge('sluice_mysql_connections_limit', 'max_connections of MySQL')

  const askRedis = async (): Promise<void> => {
    const info = await redis.info('memory')
    const field = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1])
    memory.set(field('used_memory'))
    memoryMost.set(field('maxmemory'))
  }
  const askMysql = async (): Promise<void> => {
    await mysql.query({ sql: 'SELECT 1', timeout: ASK_MS })
    const [row] = await select<{ Value: string }>(mysql, "SHOW GLOBAL STATUS LIKE 'Threads_connected'")
    const [most] = await select<{ most: number }>(mysql, 'SELECT @@max_connections AS most')
    connections.set(Number(row?.Value))
    connectionsMost.set(Number(most?.most))
  }
  const askRabbitmq = async (): Promise<void> => {
    if (!rabbitmqReady()) throw new Error('rabbitmq is away, blocks publishing, or owes too many confirms')
  }
  return watchBackends(metrics, { redis: askRedis, mysql: askMysql, rabbitmq: askRabbitmq })
}
