import { type Db, select } from '../platform/mysql.ts'
import type { Redis } from '../platform/redis.ts'
import { Problem } from './errors.ts'
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

export const UNSET = 'default'

const DUPLICATE = 1062
/** More than people and gateways that could turn the same switch in one moment. */
const TRIES = 100

/**
 * Writes a change into MySQL, the record of all switches; gives its row. Versions of one switch follow each other without
 * a gap: of two who change it at once the later one finds the number taken, reads again and follows; or, where it names
 * the version it has seen (0: never turned), is refused with Problem `conflict`, which names who was first.
 */
export async function recordChange(mysql: Db, change: SwitchChange, seen?: number): Promise<RecordedChange> {
  const sale = change.sale ?? 0
  for (let tries = 1; ; tries++) {
    const [last] = await select<LastRow>(
      mysql,
      'SELECT version, value_before, value_after, who, changed_at FROM switches WHERE sale_id = ? AND name = ? ORDER BY version DESC LIMIT 1',
      [sale, change.name],
    )
    if (seen !== undefined && seen !== (last?.version ?? 0)) throw turnedMeanwhile(change.name, last)
    const version = (last?.version ?? 0) + 1
    const before = last?.value_after ?? UNSET
    const at = new Date()
    try {
      await mysql.query(
        `INSERT INTO switches (sale_id, name, version, value_before, value_after, who, reason, changed_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
        [sale, change.name, version, before, change.value, change.who, change.reason, at],
      )
      const { name, value: after, who, reason } = change
      return { sale: change.sale ?? null, name, version, before, after, who, reason, at }
    } catch (error) {
      if ((error as { errno?: number }).errno !== DUPLICATE || tries === TRIES) throw error
    }
  }
}

interface LastRow {
  version: number
  value_before: string
  value_after: string
  who: string
  changed_at: Date
}

function turnedMeanwhile(name: string, last: LastRow | undefined): Problem {
  const what = last
    ? `: ${last.who} did, ${last.value_before} -> ${last.value_after}, at ${last.changed_at.toISOString()}`
    : ''
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

/** What Redis holds; undefined where it was erased. */
export async function fetchSwitches(redis: Redis): Promise<SwitchState | undefined> {
  const text = await redis.get(SWITCHES_KEY)
  return text === null ? undefined : (JSON.parse(text) as SwitchState)
}
