import Fastify, { LogController } from 'fastify'
import type { Registry } from 'prom-client'
import type { Logger } from '../platform/log.ts'
import type { Pool } from '../platform/mysql.ts'
import type { Redis } from '../platform/redis.ts'

/** A worker's HTTP, without listening: health and metrics, for the machines among themselves. */
export function buildApp(worker: {
  redis: Redis
  mysql: Pool
  /** Whether it consumes. */
  connected: () => boolean
  metrics: Registry
  log: Logger
}) {
  const { redis, mysql, connected, metrics } = worker
  const app = Fastify({
    loggerInstance: worker.log as never,
    logController: new LogController({ disableRequestLogging: true }),
  })
  app.get('/internal/health', async (_request, reply) => {
    const [redisOk, mysqlOk] = await Promise.all([answers(redis.ping()), answers(mysql.query('SELECT 1'))])
    const ok = redisOk && mysqlOk && connected()
    return reply.code(ok ? 200 : 503).send({ ok, redis: redisOk, mysql: mysqlOk, rabbitmq: connected() })
  })
  app.get('/internal/metrics', async (_request, reply) => {
    reply.type(metrics.contentType)
    return metrics.metrics()
  })
  return app
}

const answers = (call: Promise<unknown>): Promise<boolean> =>
  call.then(
    () => true,
    () => false,
  )
