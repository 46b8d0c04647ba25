import { envSchema } from 'env-schema'
import { type Static, type TObject, Type } from 'typebox'

/** Building blocks for a process's configuration; each process lists the keys it reads. */
export const key = {
  url: (scheme: string) => Type.String({ pattern: `^${scheme}://` }),
  /** Empty: none. */
  urlOrNone: (scheme: string) => Type.String({ default: '', pattern: `^(${scheme}://.+)?$` }),
  secret: () => Type.String({ minLength: 32 }),
  port: () => Type.Integer({ minimum: 1, maximum: 65535 }),
  host: () => Type.String({ default: '127.0.0.1' }),
  /** Empty: none. */
  path: () => Type.String({ default: '' }),
  name: (fallback: string) => Type.String({ default: fallback, pattern: '^[\\w.-]{1,64}$' }),
  flag: () => Type.Boolean({ default: false }),
  whole: (fallback: number, minimum: number, maximum: number) =>
    Type.Integer({ default: fallback, minimum, maximum }),
  logLevel: () => Type.Enum(['trace', 'debug', 'info', 'warn', 'error', 'silent'], { default: 'info' }),
}

/** A wrong or unknown `SLUICE_*` key; the message names it and says what is expected. */
export class ConfigError extends Error {}

/**
 * Reads a process's configuration from its environment, once.
 * Every key of `schema` is checked and converted; a `SLUICE_*` key that no process knows is refused, so that a
 * misspelt setting can not be ignored in silence.
 */
export function readConfig<T extends TObject>(
  schema: T,
  env: NodeJS.ProcessEnv,
  known: readonly string[] = KNOWN_KEYS,
): Static<T> {
  const unknown = Object.keys(env).filter((name) => name.startsWith('SLUICE_') && !known.includes(name))
  if (unknown.length > 0) throw new ConfigError(`${unknown.join(', ')}: no such setting`)
  try {
    return envSchema<Static<T>>({
      schema,
      data: env,
      dotenv: false,
      env: false,
      ajv: { customOptions } as never,
    })
  } catch (error) {
    throw new ConfigError(explain(error), { cause: error })
  }
}

function customOptions<T extends { opts: { allErrors?: boolean } }>(ajv: T): T {
  ajv.opts.allErrors = true
  return ajv
}

interface Fault {
  instancePath: string
  keyword: string
  message?: string
  params?: { missingProperty?: string; pattern?: string; allowedValues?: unknown[] }
}

function explain(error: unknown): string {
  const faults = (error as { errors?: Fault[] }).errors
  if (!faults?.length) return String((error as Error).message)
  return faults
    .map((fault) => {
      if (fault.keyword === 'required') return `${fault.params?.missingProperty}: is missing`
      const allowed = fault.params?.allowedValues ? ` (${fault.params.allowedValues.join(', ')})` : ''
      return `${fault.instancePath.replace(/^\//, '')}: ${fault.message ?? 'is not valid'}${allowed}`
    })
    .join('; ')
}

/** Every setting that some process of Sluice reads; `docs/architecture.md` explains them. */
export const KNOWN_KEYS = [
  'SLUICE_REDIS_URL',
  'SLUICE_MYSQL_URL',
  'SLUICE_AMQP_URL',
  'SLUICE_JWT_SECRET',
  'SLUICE_TICKET_SECRET',
  'SLUICE_EDGE_KEY',
  'SLUICE_HOST',
  'SLUICE_PORT',
  'SLUICE_NAME',
  'SLUICE_DEV_SIGN_IN',
  'SLUICE_PAYMENT_URL',
  'SLUICE_PAYMENT_KEY',
  'SLUICE_WEBHOOK_SECRET',
  'SLUICE_WEBHOOK_URL',
  'SLUICE_PUBLIC_URL',
  'SLUICE_SANDBOX_URL',
  'SLUICE_SANDBOX_DIR',
  'SLUICE_SWEEP_MS',
  'SLUICE_FLUSH_MS',
  'SLUICE_FLUSH_ORDERS',
  'SLUICE_PREFETCH',
  'SLUICE_LEASE_MS',
  'SLUICE_CONFIRM_MS',
  'SLUICE_FLIGHT_WINDOW',
  'SLUICE_AUTO_LAG_MS',
  'SLUICE_SHARE_FROM',
  'SLUICE_SHARE_SURPLUS',
  'SLUICE_HOT_SALE',
  'SLUICE_HOT_USER',
  'SLUICE_DOOR_NAME',
  'SLUICE_ABSENT_MS',
  'SLUICE_GRACE_MS',
  'SLUICE_BUSY_DELAY_MS',
  'SLUICE_BUSY_REQUESTS',
  'SLUICE_BUSY_HEAP_MB',
  'SLUICE_BUSY_RSS_MB',
  'SLUICE_FAR_POLL_MS',
  'SLUICE_CAPTCHA_TTL_S',
  'SLUICE_CAPTCHA_POOL',
  'SLUICE_QUIZ_TTL_S',
  'SLUICE_PROOF_TTL_S',
  'SLUICE_PROOF_TRIES',
  'SLUICE_PASS_TTL_S',
  'SLUICE_WWW',
  'SLUICE_CDN_DIR',
  'SLUICE_DOORS',
  'SLUICE_TLS_CERT',
  'SLUICE_TLS_KEY',
  'SLUICE_KEY_FILE',
  'SLUICE_OPS_SECRET',
  'SLUICE_LOG_LEVEL',
  'SLUICE_OTEL_URL',
  'SLUICE_OTEL_PERCENT',
] as const
