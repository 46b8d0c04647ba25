import { type Static, Type } from 'typebox'
import { ABSENCE, type Absence } from '../contract/line/absence.ts'
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
  SLUICE_LEASE_MS: key.whole(3_000, 500, 60_000),
  SLUICE_CONFIRM_MS: key.whole(2_000, 100, 60_000),
  SLUICE_FLIGHT_WINDOW: key.whole(4_000, 1, 100_000),
  SLUICE_SHARE_FROM: key.whole(20_000, 1, 10_000_000),
  SLUICE_SHARE_SURPLUS: key.whole(5, 1, 1_000),
  SLUICE_HOT_SALE: key.whole(200, 1, 1_000_000),
  SLUICE_HOT_USER: key.whole(20, 1, 1_000_000),
  SLUICE_ABSENT_MS: key.whole(ABSENCE.absentMs, 1_000, 600_000),
  SLUICE_GRACE_MS: key.whole(ABSENCE.graceMs, 1_000, 3_600_000),
  SLUICE_FAR_POLL_MS: key.whole(ABSENCE.farPollMs, 1_000, 120_000),
  SLUICE_BUSY_DELAY_MS: key.whole(500, 10, 60_000),
  SLUICE_BUSY_REQUESTS: key.whole(4_000, 1, 1_000_000),
  SLUICE_BUSY_HEAP_MB: key.whole(768, 16, 1_000_000),
  SLUICE_BUSY_RSS_MB: key.whole(1_280, 64, 1_000_000),
  SLUICE_CAPTCHA_TTL_S: key.whole(60, 1, 600),
  SLUICE_CAPTCHA_POOL: key.whole(200, 1, 5_000),
  SLUICE_QUIZ_TTL_S: key.whole(60, 1, 600),
  SLUICE_PROOF_TTL_S: key.whole(120, 5, 3_600),
  SLUICE_PROOF_TRIES: key.whole(2_000, 2, 1_000_000),
  SLUICE_PASS_TTL_S: key.whole(180, 1, 3_600),
  SLUICE_LOG_LEVEL: key.logLevel(),
  SLUICE_OTEL_URL: key.urlOrNone('https?'),
  SLUICE_OTEL_PERCENT: key.whole(100, 1, 100),
})

export type GatewayConfig = Static<typeof schema>

/** When buyers in line count as absent, by the configuration. */
export const absenceOf = (config: GatewayConfig): Absence => ({
  absentMs: config.SLUICE_ABSENT_MS,
  graceMs: config.SLUICE_GRACE_MS,
  farPollMs: config.SLUICE_FAR_POLL_MS,
})

/** The gateway's configuration. Throws ConfigError naming each wrong key. */
export const readGatewayConfig = (env: NodeJS.ProcessEnv): GatewayConfig => readConfig(schema, env)
