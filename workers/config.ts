import { type Static, Type } from 'typebox'
import { startValue } from '../contract/settings.ts'
import { key, readConfig } from '../platform/config.ts'

const schema = Type.Object({
  SLUICE_REDIS_URL: key.url('redis'),
  SLUICE_MYSQL_URL: key.url('mysql'),
  SLUICE_AMQP_URL: key.url('amqp'),
  SLUICE_HOST: key.host(),
  SLUICE_PORT: key.port(),
  SLUICE_NAME: key.name('worker'),
  SLUICE_FLUSH_MS: startValue('worker.flush-ms'),
  SLUICE_FLUSH_ORDERS: startValue('worker.flush-orders'),
  SLUICE_PREFETCH: startValue('worker.prefetch'),
  SLUICE_PAYMENT_URL: key.url('https?'),
  SLUICE_PAYMENT_KEY: key.secret(),
  SLUICE_SWEEP_MS: startValue('worker.sweep-ms'),
  SLUICE_LOG_LEVEL: key.logLevel(),
  SLUICE_OTEL_URL: key.urlOrNone('https?'),
  SLUICE_OTEL_PERCENT: key.whole(100, 1, 100),
})

/** Fields that are settings (contract/settings/worker.ts) change while the worker runs: read them at each use. */
export type WorkerConfig = Static<typeof schema>

/** The worker's configuration. Throws ConfigError naming each wrong key. */
export const readWorkerConfig = (env: NodeJS.ProcessEnv): WorkerConfig => readConfig(schema, env)
