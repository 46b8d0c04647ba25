import { checkQueues } from '../contract/check-queues.ts'
import { createProvider } from '../contract/payments/provider.ts'
import { followSettings } from '../contract/settings/follow-settings.ts'
import { connectStores } from '../platform/connect-stores.ts'
import { createLog } from '../platform/log.ts'
import { createMetrics } from '../platform/metrics.ts'
import { runUntilStopped } from '../platform/run-until-stopped.ts'
import { openTrace } from '../platform/trace.ts'
import { watchBackends } from '../platform/watch-backends.ts'
import { buildApp } from './app.ts'
import { closeEnded } from './close-ended.ts'
import { readWorkerConfig, type WorkerConfig } from './config.ts'
import { startConsumer } from './consume.ts'
import { every } from './every.ts'
import { startWorkReports } from './load/report-load.ts'
import { createWorkMeter } from './load/work-meter.ts'
import { createWorkerMetrics } from './metrics.ts'
import { openOutbox } from './outbox.ts'
import { askProvider } from './payments/ask-provider.ts'
import { expireOverdue } from './payments/expire-overdue.ts'
import { watchUnsettled } from './payments/watch-unsettled.ts'
import { createReconciler } from './reconcile/reconcile.ts'
import { startTellingShop } from './shop/tell-shop.ts'

const RECONCILE_MS = 3_000
const CLOSE_MS = 2_000
const COUNT_UNSETTLED_MS = 5_000

/** Starts a worker; resolves with the function that stops it, once it consumes. */
async function start(config: WorkerConfig): Promise<() => Promise<void>> {
  const log = createLog(config.SLUICE_NAME, config.SLUICE_LOG_LEVEL)
  const { redis, mysql } = await connectStores(config, log)
  await checkQueues(config.SLUICE_AMQP_URL, config.SLUICE_NAME)

  const metrics = createMetrics(config.SLUICE_NAME)
  let settingsChanged = (): void => {}
  const stopSettings = await followSettings(
    'worker',
    config,
    { redis, mysql, metrics, name: config.SLUICE_NAME, log },
    () => settingsChanged(),
  )
  const { countBatch, countRepairs } = createWorkerMetrics(metrics)

  const trace = await openTrace(config.SLUICE_OTEL_URL, {
    ...{ percent: config.SLUICE_OTEL_PERCENT, service: 'sluice-worker', name: config.SLUICE_NAME, log },
  })
  const backends = { redis, mysql, log, trace }
  const provider = createProvider(config.SLUICE_PAYMENT_URL, config.SLUICE_PAYMENT_KEY, metrics)
  const outbox = await openOutbox(config.SLUICE_AMQP_URL, config.SLUICE_NAME, log)
  const expiry = every(
    () => config.SLUICE_SWEEP_MS,
    'expiry',
    async () => void (await expireOverdue(backends)),
    log,
  )
  const asking = every(
    () => config.SLUICE_SWEEP_MS,
    'asking',
    async () => void (await askProvider(backends, provider)),
    log,
  )
  const meter = createWorkMeter()
  const consumer = await startConsumer({
    meter,
    url: config.SLUICE_AMQP_URL,
    name: config.SLUICE_NAME,
    backends,
    outbox,
    onOverdue: expiry.now,
    live: config,
    onBatch: (batch) => {
      countBatch(batch)
      const payBy = batch.fates.find((fate) => fate.state === 'awaiting_payment')?.payBy
      if (payBy) outbox.wakeAfter(Math.max(Math.ceil((payBy - Date.now()) / 1_000), 1))
    },
  })
  settingsChanged = () => {
    consumer.adjust()
    // A long pause that has begun must not outlast the setting that made it long.
    expiry.now()
    asking.now()
  }
  settingsChanged()
  const reconciler = createReconciler(backends, {
    name: config.SLUICE_NAME,
    queueIsEmpty: consumer.queueIsEmpty,
    onRepair: countRepairs,
  })
  const reconciling = every(RECONCILE_MS, 'reconciliation', reconciler.round, log)
  const closing = every(CLOSE_MS, 'closing', () => closeEnded(backends, config.SLUICE_NAME), log)
  const counting = every(COUNT_UNSETTLED_MS, 'counting payments', watchUnsettled(metrics, mysql), log)
  const stopWatching = watchBackends(metrics, {
    redis: () => redis.ping(),
    mysql: () => mysql.query({ sql: 'SELECT 1', timeout: 2_500 }),
    rabbitmq: async () => {
      if (!consumer.connected()) throw new Error('not connected')
    },
  })

  const telling = startTellingShop(backends, {
    ...{ name: config.SLUICE_NAME, outbox, metrics },
  })

  const stopReports = startWorkReports({ redis, name: config.SLUICE_NAME, meter, log })
  const app = buildApp({ ...backends, metrics, connected: consumer.connected })
  await app.listen({ host: config.SLUICE_HOST, port: config.SLUICE_PORT })

  return async () => {
    stopSettings()
    stopReports()
    stopWatching()
    await Promise.all([
      ...[consumer.stop(), expiry.stop(), asking.stop(), reconciling.stop(), closing.stop(), counting.stop()],
      telling.stop(),
    ])
    await outbox.close()
    await provider.close()
    await app.close()
    await trace?.close()
    redis.disconnect()
    await mysql.end()
  }
}

await runUntilStopped('worker', () => start(readWorkerConfig(process.env)))
