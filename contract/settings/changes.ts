import { type Db, select } from '../../platform/mysql.ts'
import type { Redis } from '../../platform/redis.ts'
import {
  appendVersion,
  type Change,
  latestOf,
  UNSET,
  type Versioned,
  VersionTaken,
} from '../append-version.ts'
import type { SpreadState } from '../follow-state.ts'
import { SETTINGS, SETTINGS_CHANGED } from '../keys.ts'
import { script } from '../scripts.ts'
import type { RecordedSetting } from './kind.ts'

/** What is set, by name, as text: also settings that only a newer program knows. `version` rises with every change. */
export interface SettingState {
  version: number
  values: Record<string, { version: number; value: string }>
}

/** A value as text, or `default`: the start value of each process counts again. */
export type SettingChange = Change & { name: string }

/**
 * Writes a change into MySQL, the record of all settings; gives its row.
 * @param expected the version that whoever changes it has seen (0: never changed); left out: whichever it is
 * Throws VersionTaken where the setting has another version, or gets one at this moment.
 */
export async function recordSetting(
  db: Db,
  change: SettingChange,
  expected?: number,
): Promise<RecordedSetting> {
  const { name, value: after, who, reason } = change
  const versioned: Versioned = { table: 'settings', key: { name } }
  const last = await latestOf(db, versioned)
  if (expected !== undefined && expected !== last.version) {
    throw new VersionTaken(`${name} has version ${last.version}, not ${expected}`)
  }
  const appended = await appendVersion(db, versioned, change, last)
  return { name, after, who, reason, ...appended, at: appended.at.toISOString() }
}

interface Row {
  name: string
  version: number
  value_before: string
  value_after: string
  who: string
  reason: string
  changed_at: Date
}

const LATEST = `settings s JOIN (SELECT name, MAX(version) AS version FROM settings GROUP BY name) latest
  ON latest.name = s.name AND latest.version = s.version`

const toRecorded = (row: Row): RecordedSetting => ({
  name: row.name,
  version: row.version,
  before: row.value_before,
  after: row.value_after,
  who: row.who,
  reason: row.reason,
  at: row.changed_at.toISOString(),
})

/** What is set now. */
export async function readSettings(db: Db): Promise<SettingState> {
  // One statement, so that the count is of the same instant as the values.
  const rows = await select<Row & { rows_in_all: number }>(
    db,
    `SELECT s.*, (SELECT COUNT(*) FROM settings) AS rows_in_all FROM ${LATEST}`,
  )
  const set = rows.filter(({ value_after }) => value_after !== UNSET)
  return {
    version: Number(rows[0]?.rows_in_all ?? 0),
    values: Object.fromEntries(
      set.map(({ name, version, value_after }) => [name, { version, value: value_after }]),
    ),
  }
}

/** The latest change of each setting that was ever changed. */
export const readLatestChanges = async (db: Db): Promise<RecordedSetting[]> =>
  (await select<Row>(db, `SELECT s.* FROM ${LATEST}`)).map(toRecorded)

/** The changes of one setting, or of all, newest first. */
export async function listSettingChanges(db: Db, most: number, name?: string): Promise<RecordedSetting[]> {
  const [where, values] = name === undefined ? ['', [most]] : ['WHERE name = ?', [name, most]]
  return (
    await select<Row>(
      db,
      `SELECT * FROM settings ${where} ORDER BY changed_at DESC, version DESC LIMIT ?`,
      values,
    )
  ).map(toRecorded)
}

const runSpread = script('spread_settings')

/** Puts what is set into Redis, unless it has newer settings, and tells everybody to look. */
export async function spreadSettings(redis: Redis, { version, values }: SettingState): Promise<void> {
  const pairs = Object.entries(values).flatMap(([name, one]) => [name, `${one.version} ${one.value}`])
  await runSpread(redis, [SETTINGS], [SETTINGS_CHANGED, version, ...pairs])
}

/** What Redis holds; undefined where it was erased. */
export async function fetchSettings(redis: Redis): Promise<SettingState | undefined> {
  const { '': version, ...held } = await redis.hgetall(SETTINGS)
  if (version === undefined) return undefined
  const values = Object.entries(held).map(([name, text]) => {
    const at = text.indexOf(' ')
    return [name, { version: Number(text.slice(0, at)), value: text.slice(at + 1) }]
  })
  return { version: Number(version), values: Object.fromEntries(values) }
}

/** How gateways and workers follow the settings. */
export const SETTING_STATE: SpreadState<SettingState> = {
  name: 'settings',
  channel: SETTINGS_CHANGED,
  read: readSettings,
  fetch: fetchSettings,
  spread: spreadSettings,
}
