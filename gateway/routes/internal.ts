import type { Overload } from '../overload.ts'
import type { App, Services } from '../services.ts'

/**
 * GET /internal/health, /internal/alive and /internal/metrics: for the supervisor, the door and Prometheus, never through
 * the door.
 */
export function internalRoutes(
  app: App,
  { redis, mysql, publisher, metrics }: Services,
  overload: Overload,
): void {
  // Only "I run", without asking anybody: how the door finds out whether a gateway is frozen.
  app.get('/internal/alive', async (_request, reply) => reply.code(204).send())

  app.get('/internal/health', async (_request, reply) => {
    const [redisOk, mysqlOk] = await Promise.all([
      redis.ping().then(
        () => true,
        () => false,
      ),
      mysql.query('SELECT 1').then(
        () => true,
        () => false,
      ),
    ])
    const rabbitmqOk = publisher.ready()
    const ok = redisOk && mysqlOk && rabbitmqOk
    return reply
      .code(ok ? 200 : 503)
      .send({ ok, redis: redisOk, mysql: mysqlOk, rabbitmq: rabbitmqOk, ...overload.load() })
  })

  app.get('/internal/metrics', async (_request, reply) => {
    reply.type(metrics.contentType)
    return metrics.metrics()
  })
}
