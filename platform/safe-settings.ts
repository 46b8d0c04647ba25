import { setTimeout as sleep } from 'node:timers/promises'
import { type Db, select } from './mysql.ts'
import type { Redis } from './redis.ts'

/** A server runs with a setting that could lose an accepted buyer; the message names it and the value to set. */
export class UnsafeSettings extends Error {}

type Expectation = readonly [name: string, expected: readonly string[]]

const REDIS_SAFE: readonly Expectation[] = [
  ['appendonly', ['yes']],
  ['appendfsync', ['always']],
  ['maxmemory-policy', ['noeviction']],
]

const MYSQL_SAFE: readonly Expectation[] = [
  ['innodb_flush_log_at_trx_commit', ['1']],
  ['sync_binlog', ['1']],
  ['log_bin', ['ON', '1']],
  ['binlog_format', ['ROW']],
]

/** Refuses a Redis that would forget a 202 at a power cut. Throws {@link UnsafeSettings}. */
export async function checkRedisSettings(redis: Redis): Promise<void> {
  const settings = new Map<string, string>()
  for (const [name] of REDIS_SAFE) {
    const reply = (await redis.config('GET', name)) as string[]
    settings.set(name, reply[1] ?? '')
  }
  refuseUnsafe('Redis', REDIS_SAFE, settings)
}

const AWAY = ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'PROTOCOL_CONNECTION_LOST']
const AWAY_PAUSE_MS = 200

/**
 * Refuses a MySQL that would forget a committed order at a power cut. Waits for one that is not there yet, and tells
 * `onAway` about it. Throws {@link UnsafeSettings}.
 */
export async function checkMysqlSettings(db: Db, onAway: (error: unknown) => void): Promise<void> {
  for (;;) {
    try {
      const rows = await select<{ Variable_name: string; Value: string }>(
        db,
        'SHOW GLOBAL VARIABLES WHERE Variable_name IN (?)',
        [MYSQL_SAFE.map(([name]) => name)],
      )
      return refuseUnsafe('MySQL', MYSQL_SAFE, new Map(rows.map((row) => [row.Variable_name, row.Value])))
    } catch (error) {
      if (!AWAY.includes((error as { code?: string }).code ?? '')) throw error
      onAway(error)
      await sleep(AWAY_PAUSE_MS)
    }
  }
}

function refuseUnsafe(server: string, safe: readonly Expectation[], settings: Map<string, string>): void {
  const wrong = safe.filter(([name, expected]) => !expected.includes(settings.get(name) ?? ''))
  if (wrong.length === 0) return
  const list = wrong.map(
    ([name, [value]]) => `${name} is '${settings.get(name) ?? 'unknown'}', set it to '${value}'`,
  )
  throw new UnsafeSettings(`${server} is not safe to sell with: ${list.join('; ')}`)
}
