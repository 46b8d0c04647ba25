import { type Db, select } from '../platform/mysql.ts'
import type { Redis } from '../platform/redis.ts'
import { appendVersion, latestOf, untilFree, type Versioned } from './append-version.ts'
import { Problem } from './errors.ts'
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

/**
 * Writes a change into MySQL, the record of all switches; gives its row. Whoever names the version that he has seen (0: never
 * turned) is refused where there is a later one: Problem `conflict`, which names who turned the switch.
 */
export async function recordChange(db: Db, change: SwitchChange, seen?: number): Promise<RecordedChange> {
  const { name, value: after, who, reason } = change
  const versioned: Versioned = { table: 'switches', key: { sale_id: change.sale ?? 0, name } }
  const appended = await untilFree(async () => {
    const last = await latestOf(db, versioned)
    if (seen !== undefined && seen !== last.version) throw await turnedMeanwhile(db, change)
    return appendVersion(db, versioned, change, last)
  })
  return { sale: change.sale ?? null, name, after, who, reason, ...appended }
}

async function turnedMeanwhile(db: Db, { sale, name }: SwitchChange): Promise<Problem> {
  const last = (await latestChanges(db, sale)).find((one) => one.name === name)
  const what = last ? `: ${last.who} did, ${last.before} -> ${last.after}, at ${last.at.toISOString()}` : ''
  return new Problem('conflict', {
    detail: `${name} has been turned since you looked at it${what}; look again, then decide`,
    extra: { version: last?.version ?? 0 },
  })
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

interface ChangeRow {
  sale_id: number
  name: string
  version: number
  value_before: string
  value_after: string
  who: string
  reason: string
  changed_at: Date
}

const toChange = (row: ChangeRow): RecordedChange => ({
  sale: row.sale_id === 0 ? null : row.sale_id,
  name: row.name,
  version: row.version,
  before: row.value_before,
  after: row.value_after,
  who: row.who,
  reason: row.reason,
  at: row.changed_at,
})

/** The latest changes, newest first. */
export const listChanges = async (db: Db, most: number): Promise<RecordedChange[]> =>
  (
    await select<ChangeRow>(db, 'SELECT * FROM switches ORDER BY changed_at DESC, version DESC LIMIT ?', [
      most,
    ])
  ).map(toChange)

/** The last change of each switch, for one sale, or (undefined) for all sales. */
export const latestChanges = async (db: Db, sale: number | undefined): Promise<RecordedChange[]> =>
  (
    await select<ChangeRow>(
      db,
      `SELECT s.* FROM switches s
       JOIN (SELECT name, MAX(version) AS version FROM switches WHERE sale_id = ? GROUP BY name) latest
         ON latest.name = s.name AND latest.version = s.version
       WHERE s.sale_id = ?`,
      [sale ?? 0, sale ?? 0],
    )
  ).map(toChange)

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
