import { type Static, Type } from 'typebox'
import { key, readConfig } from '../platform/config.ts'

const schema = Type.Object({
  SLUICE_PAYMENT_KEY: key.secret(),
  SLUICE_WEBHOOK_SECRET: key.secret(),
  SLUICE_WEBHOOK_URL: key.url('https?'),
  SLUICE_SANDBOX_URL: key.url('https?'),
  SLUICE_SANDBOX_DIR: Type.String({ minLength: 1 }),
  /** With both of these it is the shop's order system too. */
  SLUICE_AMQP_URL: Type.Optional(key.url('amqp')),
  SLUICE_MYSQL_URL: Type.Optional(key.url('mysql')),
  SLUICE_HOST: key.host(),
  SLUICE_PORT: key.port(),
  SLUICE_NAME: key.name('sandbox'),
  SLUICE_LOG_LEVEL: key.logLevel(),
})

export type SandboxConfig = Static<typeof schema>

/** The sandbox's configuration. Throws ConfigError naming each wrong key. */
export const readSandboxConfig = (env: NodeJS.ProcessEnv): SandboxConfig => readConfig(schema, env)
