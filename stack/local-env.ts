import { join } from 'node:path'
import type { StackUrls } from './addresses.ts'
import type { Secrets } from './secrets.ts'

type Env = Record<string, string>

/** Every SLUICE_* key with which our own programs reach this stack. */
export const localEnv = (
  urls: StackUrls,
  secrets: Secrets,
  www: string,
  keyFile: string,
  doors: readonly string[],
): Env => ({
  SLUICE_REDIS_URL: urls.redis,
  SLUICE_MYSQL_URL: urls.mysql,
  SLUICE_AMQP_URL: urls.amqp,
  SLUICE_JWT_SECRET: secrets.jwt,
  SLUICE_TICKET_SECRET: secrets.ticket,
  SLUICE_EDGE_KEY: secrets.edgeKey,
  SLUICE_PAYMENT_URL: urls.payments,
  SLUICE_PAYMENT_KEY: secrets.paymentKey,
  SLUICE_WEBHOOK_SECRET: secrets.webhook,
  SLUICE_PUBLIC_URL: urls.flash,
  SLUICE_WWW: www,
  SLUICE_CDN_DIR: join(www, '..', 'cdn'),
  SLUICE_DOORS: doors.join(','),
  SLUICE_KEY_FILE: keyFile,
  SLUICE_OPS_SECRET: secrets.ops,
})

const pick = (env: Env, names: string[]): Env =>
  Object.fromEntries(names.map((name) => [`SLUICE_${name}`, env[`SLUICE_${name}`] ?? '']))

/** What a worker needs: its connections, and the payment provider. */
export const workerEnv = (env: Env): Env =>
  pick(env, ['REDIS_URL', 'MYSQL_URL', 'AMQP_URL', 'PAYMENT_URL', 'PAYMENT_KEY'])

/** Where whoever starts the stack wants traces of clicks to go. */
export const tracing = (env: NodeJS.ProcessEnv): Env =>
  pick(
    env as Env,
    ['OTEL_URL', 'OTEL_PERCENT'].filter((name) => env[`SLUICE_${name}`]),
  )

/** What a gateway needs, with the sign-in for development: this stack is for one's own machine. */
export const gatewayEnv = (env: Env): Env => ({
  ...workerEnv(env),
  ...pick(env, ['JWT_SECRET', 'TICKET_SECRET', 'EDGE_KEY', 'KEY_FILE', 'WEBHOOK_SECRET', 'PUBLIC_URL']),
  SLUICE_DEV_SIGN_IN: 'true',
})

/**
 * What the sandbox needs: its payment provider tells us through the door, as a real one would; its order system takes what
 * we tell the shop.
 */
export const sandboxEnv = (env: Env, dir: string): Env => ({
  ...pick(env, ['PAYMENT_KEY', 'WEBHOOK_SECRET', 'AMQP_URL', 'MYSQL_URL']),
  SLUICE_WEBHOOK_URL: `${env.SLUICE_PUBLIC_URL}/api/payments/webhook`,
  SLUICE_SANDBOX_URL: env.SLUICE_PAYMENT_URL ?? '',
  SLUICE_SANDBOX_DIR: dir,
})

/** What the ops console needs. */
export const consoleEnv = (env: Env): Env =>
  pick(env, [
    ...['REDIS_URL', 'MYSQL_URL', 'OPS_SECRET', 'EDGE_KEY', 'WWW', 'CDN_DIR', 'DOORS', 'PAYMENT_URL'],
    // Those that sign for the simulated buyers of a rehearsal.
    ...['JWT_SECRET', 'KEY_FILE'],
  ])

/** What nginx hands to its Lua. */
export const doorEnv = (env: Env): Env =>
  pick(env, ['REDIS_URL', 'JWT_SECRET', 'TICKET_SECRET', 'EDGE_KEY', 'KEY_FILE'])
