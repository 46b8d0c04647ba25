import { latestOf, UNSET, VersionTaken } from '../../contract/append-version.ts'
import { Problem } from '../../contract/errors.ts'
import {
  listSettingChanges,
  readSettings,
  recordSetting,
  spreadSettings,
} from '../../contract/settings/changes.ts'
import type { InForce } from '../../contract/settings/in-force.ts'
import type { RecordedSetting } from '../../contract/settings/kind.ts'
import { allowedFor, brokenRules, isSetting, readValue, type SettingName } from '../../contract/settings.ts'
import { type Db, type Pool, type PoolConnection, select, transaction } from '../../platform/mysql.ts'
import type { Redis } from '../../platform/redis.ts'
import type { By } from '../actions/by.ts'
import { InputError } from '../actions/input-error.ts'
import { recordAction } from '../actions/record-action.ts'
import { normalOf, readInForce } from './list-settings.ts'

interface Stores {
  mysql: Pool
  redis: Redis
}

export interface SettingRequest {
  name: string
  /** A number as text, or `default`. */
  value: string
  /** The version that whoever asks has seen; left out: whichever it is. */
  version?: number | undefined
}

/** Throws `not_found` for a name that there is not. */
export function knownSetting(name: string): SettingName {
  if (!isSetting(name)) throw new Problem('not_found', { detail: `there is no setting ${name}` })
  return name
}

/**
 * Changes a setting: checks it, writes it down with who did it, and tells every process. In force within a second.
 * Throws InputError for a value out of bounds or one that does not agree with another setting, and Problem `conflict`,
 * which names the other change, where the setting has another version than was seen.
 */
export async function changeSetting(
  { mysql, redis }: Stores,
  request: SettingRequest,
  by: By,
): Promise<RecordedSetting> {
  const name = knownSetting(request.name)
  checkReason(by.reason)
  return record({ mysql, redis }, name, request.version, by, 'setting.change', async () => request.value)
}

/** Puts a setting back to what it was at `version` (0: never changed), as a change of its own. Throws as changeSetting. */
export async function rollBackSetting(
  stores: Stores,
  request: { name: string; version: number; seen?: number | undefined },
  by: By,
): Promise<RecordedSetting> {
  const name = knownSetting(request.name)
  checkReason(by.reason)
  const reason = by.reason || `back to version ${request.version}`
  return record(stores, name, request.seen, { ...by, reason }, 'setting.rollback', async (db) => {
    if (request.version === 0) return UNSET
    const sql = 'SELECT value_after FROM settings WHERE name = ? AND version = ?'
    const [row] = await select<{ value_after: string }>(db, sql, [name, request.version])
    if (!row) throw refuse('version', `${request.version} is no version of ${name}`)
    return row.value_after
  })
}

async function record(
  { mysql, redis }: Stores,
  name: SettingName,
  seen: number | undefined,
  by: By,
  action: string,
  valueIn: (db: Db) => Promise<string>,
): Promise<RecordedSetting> {
  const reports = await readInForce(redis)
  const row = await transaction(mysql, async (db) => {
    await lockSettings(db)
    const value = await valueIn(db)
    await check(db, name, value, reports)
    const change = { name, value, who: by.who, reason: by.reason ?? '' }
    const recorded = await recordSetting(db, change, seen).catch(async (error: unknown) => {
      throw error instanceof VersionTaken ? await conflict(db, name) : error
    })
    const { before, after } = recorded
    await recordAction(db, { ...by, action, target: name, before, after })
    return recorded
  })
  // It counts from here on: with Redis away whoever follows finds it in MySQL within 3 s.
  await readSettings(mysql)
    .then((state) => spreadSettings(redis, state))
    .catch(() => undefined)
  return row
}

/** One change at a time, over all settings: two that agree each by itself may not agree with each other. */
const lockSettings = (db: PoolConnection): Promise<unknown> =>
  db.query('SELECT name FROM settings ORDER BY name, version LIMIT 1 FOR UPDATE')

async function check(db: Db, name: SettingName, value: string, reports: Map<string, InForce>): Promise<void> {
  const number = value === UNSET ? normalOf(name, reports) : readValue(name, value)
  if (number === undefined)
    throw refuse('value', `must be ${allowedFor(name)}, or ${UNSET}; ${cut(value)} is not`)
  const { values } = await readSettings(db)
  const now = (other: SettingName): number => {
    const set = values[other] && readValue(other, values[other].value)
    return other === name ? number : (set ?? normalOf(other, reports))
  }
  const [rule] = brokenRules(name, now)
  if (rule !== undefined) throw refuse('value', `does not agree with another setting: ${rule}`)
}

async function conflict(db: Db, name: SettingName): Promise<Problem> {
  const { version } = await latestOf(db, { table: 'settings', key: { name } })
  const [current] = await listSettingChanges(db, 1, name)
  if (!current) return new Problem('conflict', { detail: `${name} was never changed: its version is 0` })
  return new Problem('conflict', {
    detail: `${current.who} has set ${name} to ${current.after} at ${current.at}, as version ${version}`,
    extra: { current },
  })
}

function checkReason(reason = ''): void {
  if ([...reason].length > 200) throw refuse('reason', 'may have 200 characters')
}

const refuse = (field: string, message: string): InputError =>
  new InputError(`${field} ${message}`, [{ field, message }])

const cut = (text: string): string => (text.length > 40 ? `${text.slice(0, 40)}…` : text)
