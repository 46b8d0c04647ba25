import type { StackUrls } from './addresses.ts'
import type { Secrets } from './secrets.ts'

type Env = Record<string, string>

/** Every SLUICE_* key with which our own programs reach this stack. */
export const localEnv = (urls: StackUrls, secrets: Secrets, www: string): Env => ({
  SLUICE_REDIS_URL: urls.redis,
  SLUICE_MYSQL_URL: urls.mysql,
  SLUICE_AMQP_URL: urls.amqp,
  SLUICE_JWT_SECRET: secrets.jwt,
  SLUICE_TICKET_SECRET: secrets.ticket,
  SLUICE_EDGE_KEY: secrets.edgeKey,
  SLUICE_WWW: www,
})

const pick = (env: Env, names: string[]): Env =>
  Object.fromEntries(names.map((name) => [`SLUICE_${name}`, env[`SLUICE_${name}`] ?? '']))

/** What a worker needs. */
export const connectionEnv = (env: Env): Env => pick(env, ['REDIS_URL', 'MYSQL_URL', 'AMQP_URL'])

/** What a gateway needs, with the sign-in for development: this stack is for one's own machine. */
export const gatewayEnv = (env: Env): Env => ({
  ...connectionEnv(env),
  ...pick(env, ['JWT_SECRET', 'TICKET_SECRET', 'EDGE_KEY']),
  SLUICE_DEV_SIGN_IN: 'true',
})

/** What nginx hands to its Lua. */
export const doorEnv = (env: Env): Env => pick(env, ['REDIS_URL', 'JWT_SECRET', 'TICKET_SECRET', 'EDGE_KEY'])
