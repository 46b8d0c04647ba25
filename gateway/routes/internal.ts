import type { App, Services } from '../services.ts'

/** GET /internal/health and /internal/metrics: for the supervisor and Prometheus, never through the door. */
export function internalRoutes(app: App, { redis, mysql, publisher, metrics }: Services): void {
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
    return reply.code(ok ? 200 : 503).send({ ok, redis: redisOk, mysql: mysqlOk, rabbitmq: rabbitmqOk })
  })

  app.get('/internal/metrics', async (_request, reply) => {
    reply.type(metrics.contentType)
    return metrics.metrics()
  })
}
