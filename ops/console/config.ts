import { type Static, Type } from 'typebox'
import { key, readConfig } from '../../platform/config.ts'

const schema = Type.Object({
  SLUICE_REDIS_URL: key.url('redis'),
  SLUICE_MYSQL_URL: key.url('mysql'),
  SLUICE_OPS_SECRET: key.secret(),
  SLUICE_EDGE_KEY: key.secret(),
  SLUICE_WWW: Type.Optional(Type.String({ minLength: 1 })),
  SLUICE_CDN_DIR: key.path(),
  SLUICE_DOORS: key.path(),
  SLUICE_JWT_SECRET: Type.Optional(key.secret()),
  SLUICE_KEY_FILE: key.path(),
  SLUICE_PAYMENT_URL: Type.Optional(key.url('https?')),
  SLUICE_HOST: key.host(),
  SLUICE_PORT: key.port(),
  SLUICE_NAME: key.name('console'),
  SLUICE_LOG_LEVEL: key.logLevel(),
})

export type ConsoleConfig = Static<typeof schema>

/** The console's configuration. Throws ConfigError naming each wrong key. */
export const readConsoleConfig = (env: NodeJS.ProcessEnv): ConsoleConfig => readConfig(schema, env)
