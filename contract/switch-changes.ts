import { type Db, type Pool, select } from '../platform/mysql.ts'
import type { Redis } from '../platform/redis.ts'
import { appendVersion, latestOf, untilFree, type Versioned } from './append-version.ts'
import type { SpreadState } from './follow-state.ts'
import { SWITCHES_CHANGED, SWITCHES as SWITCHES_KEY } from './keys.ts'
import { SWITCHES, type SwitchName, type SwitchState } from './switches.ts'

/** Name of the rows in which the rules on load record what they did. */
export const AUTO_LEVEL = 'auto-level'

export interface SwitchChange {
  /** Absent: for all sales. */
  sale?: number | undefined
  name: SwitchName | typeof AUTO_LEVEL
  /** A value as text, or `default`: as if it had never been set. */
  value: string
  who: string
  reason: string
}

export interface RecordedChange {
  sale: number | null
  name: string
  version: number
  before: string
  after: string
  who: string
  reason: string
  at: Date
}

/** Writes a change into MySQL, the record of all switches; gives its row. */
export async function recordChange(mysql: Pool, change: SwitchChange): Promise<RecordedChange> {
  const { name, value: after, who, reason } = change
  const versioned: Versioned = { table: 'switches', key: { sale_id: change.sale ?? 0, name } }
  const appended = await untilFree(async () =>
    appendVersion(mysql, versioned, change, await latestOf(mysql, versioned)),
  )
  return { sale: change.sale ?? null, name, after, who, reason, ...appended }
}

interface LatestRow {
  sale_id: number
  name: string
  value_after: string
  rows_in_all: number
}

/** What is set by hand now. Rows that this program does not understand (of a newer one) are left out. */
export async function readSwitches(db: Db): Promise<SwitchState> {
  // One statement, so that the count is of the same instant as the values.
  const rows = await select<LatestRow>(
    db,
    `SELECT s.sale_id, s.name, s.value_after, (SELECT COUNT(*) FROM switches) AS rows_in_all
     FROM switches s
     JOIN (SELECT sale_id, name, MAX(version) AS version FROM switches GROUP BY sale_id, name) latest
       ON latest.sale_id = s.sale_id AND latest.name = s.name AND latest.version = s.version`,
  )
  const state: SwitchState = { version: Number(rows[0]?.rows_in_all ?? 0), all: {}, sales: {} }
  for (const { sale_id, name, value_after } of rows) {
    const value = SWITCHES[name as SwitchName]?.read(value_after)
    if (value === undefined) continue
    if (sale_id === 0) Object.assign(state.all, { [name]: value })
    else state.sales[sale_id] = { ...state.sales[sale_id], [name]: value }
  }
  return state
}

/** The latest changes, newest first. */
export async function listChanges(db: Db, most: number): Promise<RecordedChange[]> {
  const rows = await select<{
    sale_id: number
    name: string
    version: number
    value_before: string
    value_after: string
    who: string
    reason: string
    changed_at: Date
  }>(db, 'SELECT * FROM switches ORDER BY changed_at DESC, version DESC LIMIT ?', [most])
  return rows.map((row) => ({
    sale: row.sale_id === 0 ? null : row.sale_id,
    name: row.name,
    version: row.version,
    before: row.value_before,
    after: row.value_after,
    who: row.who,
    reason: row.reason,
    at: row.changed_at,
  }))
}

/** Puts what is set into Redis, and tells every gateway to look. */
export async function spreadSwitches(redis: Redis, state: SwitchState): Promise<void> {
  await redis.set(SWITCHES_KEY, JSON.stringify(state))
  await redis.publish(SWITCHES_CHANGED, String(state.version))
}

/** How gateways follow the switches. */
export const SWITCH_STATE: SpreadState<SwitchState> = {
  name: 'switches',
  channel: SWITCHES_CHANGED,
  read: readSwitches,
  fetch: async (redis) => {
    const text = await redis.get(SWITCHES_KEY)
    return text === null ? undefined : (JSON.parse(text) as SwitchState)
  },
  spread: spreadSwitches,
}
