import { type Static, Type } from 'typebox'
import type { Absence } from '../contract/line/absence.ts'
import { startValue } from '../contract/settings.ts'
import { key, readConfig } from '../platform/config.ts'

const schema = Type.Object({
  SLUICE_REDIS_URL: key.url('redis'),
  SLUICE_MYSQL_URL: key.url('mysql'),
  SLUICE_AMQP_URL: key.url('amqp'),
  SLUICE_JWT_SECRET: key.secret(),
  SLUICE_TICKET_SECRET: key.secret(),
  SLUICE_EDGE_KEY: key.secret(),
  SLUICE_KEY_FILE: key.path(),
  SLUICE_HOST: key.host(),
  SLUICE_PORT: key.port(),
  SLUICE_NAME: key.name('gateway'),
  SLUICE_DEV_SIGN_IN: key.flag(),
  SLUICE_PAYMENT_URL: key.url('https?'),
  SLUICE_PAYMENT_KEY: key.secret(),
  SLUICE_WEBHOOK_SECRET: key.secret(),
  SLUICE_PUBLIC_URL: key.url('https?'),
  SLUICE_LEASE_MS: startValue('gateway.lease-ms'),
  SLUICE_CONFIRM_MS: startValue('gateway.confirm-ms'),
  SLUICE_FLIGHT_WINDOW: startValue('gateway.flight-window'),
  SLUICE_AUTO_LAG_MS: startValue('gateway.auto-lag-ms'),
  SLUICE_SHARE_FROM: startValue('gateway.share-from'),
  SLUICE_SHARE_SURPLUS: startValue('gateway.share-surplus'),
  SLUICE_HOT_SALE: startValue('gateway.hot-sale'),
  SLUICE_HOT_USER: startValue('gateway.hot-user'),
  SLUICE_ABSENT_MS: startValue('gateway.absent-ms'),
  SLUICE_GRACE_MS: startValue('gateway.grace-ms'),
  SLUICE_FAR_POLL_MS: startValue('gateway.far-poll-ms'),
  SLUICE_BUSY_DELAY_MS: startValue('gateway.busy-delay-ms'),
  SLUICE_BUSY_REQUESTS: startValue('gateway.busy-requests'),
  SLUICE_BUSY_HEAP_MB: startValue('gateway.busy-heap-mb'),
  SLUICE_BUSY_RSS_MB: startValue('gateway.busy-rss-mb'),
  SLUICE_CAPTCHA_TTL_S: startValue('gateway.captcha-ttl-s'),
  SLUICE_CAPTCHA_POOL: key.whole(200, 1, 5_000),
  SLUICE_QUIZ_TTL_S: startValue('gateway.quiz-ttl-s'),
  SLUICE_PROOF_TTL_S: startValue('gateway.proof-ttl-s'),
  SLUICE_PROOF_TRIES: startValue('gateway.proof-tries'),
  SLUICE_PASS_TTL_S: startValue('gateway.pass-ttl-s'),
  SLUICE_LOG_LEVEL: key.logLevel(),
  SLUICE_OTEL_URL: key.urlOrNone('https?'),
  SLUICE_OTEL_PERCENT: key.whole(100, 1, 100),
})

/** Fields that are settings (contract/settings/gateway.ts) change while the gateway runs: read them at each use. */
export type GatewayConfig = Static<typeof schema>

export type AbsenceConfig = Pick<GatewayConfig, 'SLUICE_ABSENT_MS' | 'SLUICE_GRACE_MS' | 'SLUICE_FAR_POLL_MS'>

/** When buyers in line count as absent, by the configuration of this moment. */
export const absenceOf = (config: AbsenceConfig): Absence => ({
  absentMs: config.SLUICE_ABSENT_MS,
  graceMs: config.SLUICE_GRACE_MS,
  farPollMs: config.SLUICE_FAR_POLL_MS,
})

/** The gateway's configuration. Throws ConfigError naming each wrong key. */
export const readGatewayConfig = (env: NodeJS.ProcessEnv): GatewayConfig => readConfig(schema, env)
