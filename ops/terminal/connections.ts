import { Type } from 'typebox'
import { key, readConfig } from '../../platform/config.ts'
import { readLocalEnv } from '../../platform/local-stack/status.ts'
import { connectMysql, type Pool } from '../../platform/mysql.ts'
import { connectRedis, type Redis } from '../../platform/redis.ts'
import { readSigningKeys, type TokenKey } from '../../platform/signing-keys.ts'
import { readOrigin } from '../pages/read-origin.ts'
import type { SaleStores } from '../sales/sale-stores.ts'

type Env = Record<string, string | undefined>

/** The environment of the command line: its own where it names a MySQL, else that of the local stack. */
async function findEnv(own: Env, decisive: string): Promise<Env> {
  if (own[decisive]) return own
  // Keys of its own that change nothing about where it works stay: SLUICE_LOG_LEVEL, say.
  return { ...own, ...(await readLocalEnv()) }
}

const STORES = Type.Object({
  SLUICE_MYSQL_URL: key.url('mysql'),
  SLUICE_REDIS_URL: key.url('rediss?'),
  SLUICE_WWW: Type.Optional(Type.String({ minLength: 1 })),
  SLUICE_CDN_DIR: key.path(),
  SLUICE_DOORS: key.path(),
})

/** The key that signs the shop's tokens now. Throws ConfigError. */
export async function readTokenKey(own: Env): Promise<TokenKey> {
  const schema = Type.Object({ SLUICE_JWT_SECRET: key.secret(), SLUICE_KEY_FILE: key.path() })
  return readSigningKeys(readConfig(schema, await findEnv(own, 'SLUICE_JWT_SECRET'))).token
}

/** The payment provider's address, where it is known here. */
export const readPaymentUrl = async (own: Env): Promise<string | undefined> =>
  (await findEnv(own, 'SLUICE_MYSQL_URL')).SLUICE_PAYMENT_URL

/**
 * Runs `work` with connections to MySQL and Redis, and closes them. Redis must answer, unless `redisMayBeDown`:
 * then the first command that needs it fails. `patienceMs` is how long one answer of Redis may take.
 */
export async function withStores<T>(
  own: Env,
  work: (stores: SaleStores) => Promise<T>,
  options: { redisMayBeDown?: boolean; patienceMs?: number } = {},
): Promise<T> {
  const config = readConfig(STORES, await findEnv(own, 'SLUICE_MYSQL_URL'))
  const mysql = connectMysql(config.SLUICE_MYSQL_URL, { connections: 2 })
  const redis = connectRedis(config.SLUICE_REDIS_URL, 'command-line')
  if (options.patienceMs !== undefined) redis.options.commandTimeout = options.patienceMs
  // A lost connection shows in the command that needs it; without a listener it would end the process.
  redis.on('error', () => {})
  try {
    const connected = connectOnce(redis)
    await (options.redisMayBeDown ? connected.catch(() => {}) : connected)
    await reach(mysql, config.SLUICE_MYSQL_URL)
    return await work({ mysql, redis, www: config.SLUICE_WWW, ...readOrigin(config) })
  } finally {
    redis.disconnect()
    await mysql.end()
  }
}

/** Runs `work` with a connection to MySQL, and closes it. */
export async function withMysql<T>(own: Env, work: (mysql: Pool) => Promise<T>): Promise<T> {
  const config = readConfig(Type.Pick(STORES, ['SLUICE_MYSQL_URL']), await findEnv(own, 'SLUICE_MYSQL_URL'))
  const mysql = connectMysql(config.SLUICE_MYSQL_URL, { connections: 1 })
  try {
    await reach(mysql, config.SLUICE_MYSQL_URL)
    return await work(mysql)
  } finally {
    await mysql.end()
  }
}

/** What the driver says of a server that is away names neither the server nor what it is. */
async function reach(mysql: Pool, url: string): Promise<void> {
  try {
    ;(await mysql.getConnection()).release()
  } catch (error) {
    const { code, message } = error as { code?: string; message: string }
    throw new Error(`MySQL at ${new URL(url).host} does not answer (${code ?? message})`, { cause: error })
  }
}

async function connectOnce(redis: Redis): Promise<void> {
  try {
    await redis.connect()
  } catch (error) {
    const { host, port } = redis.options
    throw new Error(`Redis at ${host}:${port} does not answer (${(error as Error).message})`, {
      cause: error,
    })
  }
}
