import Fastify from 'fastify'
import { Counter, Histogram } from 'prom-client'
import { checkQueues } from '../contract/check-queues.ts'
import { ConfigError } from '../platform/config.ts'
import { createLog } from '../platform/log.ts'
import { createMetrics } from '../platform/metrics.ts'
import { connectMysql } from '../platform/mysql.ts'
import { connectRedis } from '../platform/redis.ts'
import { checkMysqlSettings, checkRedisSettings } from '../platform/safe-settings.ts'
import { readWorkerConfig, type WorkerConfig } from './config.ts'
import { startConsumer } from './consume.ts'
import { openParking } from './park.ts'

/** Starts a worker; resolves with the function that stops it, once it consumes. */
async function start(config: WorkerConfig): Promise<() => Promise<void>> {
  const log = createLog(config.SLUICE_NAME, config.SLUICE_LOG_LEVEL)
  const redis = connectRedis(config.SLUICE_REDIS_URL, config.SLUICE_NAME)
  redis.on('error', (error) => log.warn({ err: error }, 'redis connection error'))
  const mysql = connectMysql(config.SLUICE_MYSQL_URL, { connections: 4 })
  await redis.connect()
  await checkRedisSettings(redis)
  await checkMysqlSettings(mysql)
  await checkQueues(config.SLUICE_AMQP_URL)

  const registers = [createMetrics(config.SLUICE_NAME)]
  const tickets = new Counter({
    name: 'sluice_recorded_tickets_total',
    help: 'Tickets with a committed row, by state',
    labelNames: ['state'],
    registers,
  })
  const parked = new Counter({ name: 'sluice_parked_tickets_total', help: 'Tickets put aside', registers })
  const batchTickets = new Histogram({
    name: 'sluice_batch_tickets',
    help: 'Tickets in a recorded batch',
    buckets: [1, 5, 10, 25, 50, 100, 250, 500, 1000],
    registers,
  })
  const batchSeconds = new Histogram({
    name: 'sluice_batch_seconds',
    help: 'Time from a collected batch to its acknowledgement',
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers,
  })

  const parking = await openParking(config.SLUICE_AMQP_URL, config.SLUICE_NAME, log)
  const consumer = await startConsumer({
    url: config.SLUICE_AMQP_URL,
    name: config.SLUICE_NAME,
    backends: { redis, mysql, log },
    parking,
    flushMs: config.SLUICE_FLUSH_MS,
    flushOrders: config.SLUICE_FLUSH_ORDERS,
    prefetch: config.SLUICE_PREFETCH,
    onBatch: (batch) => {
      for (const fate of batch.fates) tickets.inc({ state: fate.state })
      parked.inc(batch.parked)
      batchTickets.observe(batch.fates.length)
      batchSeconds.observe(batch.seconds)
    },
  })

  const app = Fastify({ loggerInstance: log as never, disableRequestLogging: true })
  app.get('/internal/health', async (_request, reply) => {
    const [redisOk, mysqlOk] = await Promise.all([answers(redis.ping()), answers(mysql.query('SELECT 1'))])
    const ok = redisOk && mysqlOk && consumer.connected()
    return reply
      .code(ok ? 200 : 503)
      .send({ ok, redis: redisOk, mysql: mysqlOk, rabbitmq: consumer.connected() })
  })
  app.get('/internal/metrics', async (_request, reply) => {
    reply.type(registers[0]!.contentType)
    return registers[0]!.metrics()
  })
  await app.listen({ host: config.SLUICE_HOST, port: config.SLUICE_PORT })

  return async () => {
    await consumer.stop()
    await parking.close()
    await app.close()
    redis.disconnect()
    await mysql.end()
  }
}

const answers = (call: Promise<unknown>): Promise<boolean> =>
  call.then(
    () => true,
    () => false,
  )

try {
  const stop = await start(readWorkerConfig(process.env))
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      setTimeout(() => process.exit(1), 5_000).unref()
      stop().then(
        () => process.exit(0),
        () => process.exit(1),
      )
    })
  }
} catch (error) {
  const { message, name } = error as Error
  process.stderr.write(
    `worker does not start: ${error instanceof ConfigError ? '' : `${name}: `}${message}\n`,
  )
  process.exit(1)
}
