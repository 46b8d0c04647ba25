import type { App, Services } from '../services.ts'

/** GET /internal/health and /internal/metrics: for the supervisor and Prometheus, never through nginx. */
export function addInternal(app: App, { redis, mysql, metrics }: Services): void {
  const open = { config: { open: true } } as const

  app.get('/internal/health', open, async (_request, reply) => {
    const answers = (asked: Promise<unknown>) =>
      asked.then(
        () => true,
        () => false,
      )
    const [redisOk, mysqlOk] = await Promise.all([answers(redis.ping()), answers(mysql.query('SELECT 1'))])
    const ok = redisOk && mysqlOk
    return reply.code(ok ? 200 : 503).send({ ok, redis: redisOk, mysql: mysqlOk })
  })

  app.get('/internal/metrics', open, async (_request, reply) => {
    reply.type(metrics.contentType)
    return metrics.metrics()
  })
}
