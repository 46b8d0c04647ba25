import { type Db, select } from '../platform/mysql.ts'

/** A value whose changes are rows of a table: `PRIMARY KEY (…key, version)`, versions from 1 on without a gap. */
export interface Versioned {
  table: 'switches' | 'settings'
  key: Record<string, string | number>
}

export interface Change {
  /** A value as text, or {@link UNSET}. */
  value: string
  who: string
  reason: string
}

export interface Appended {
  version: number
  before: string
  at: Date
}

/** As if it had never been set. */
export const UNSET = 'default'

/** Somebody else's change has the version that this one was to have. */
export class VersionTaken extends Error {}

const DUPLICATE = 1062
/** More than people and programs that could change the same value in one moment. */
const TRIES = 100

/** The latest version of a value, 0 where it was never changed, and what it is. */
export async function latestOf(
  db: Db,
  { table, key }: Versioned,
): Promise<{ version: number; value: string }> {
  const columns = Object.keys(key)
  const [last] = await select<{ version: number; value_after: string }>(
    db,
    `SELECT version, value_after FROM ${table} WHERE ${columns.map((column) => `${column} = ?`).join(' AND ')}
     ORDER BY version DESC LIMIT 1`,
    Object.values(key),
  )
  return { version: last?.version ?? 0, value: last?.value_after ?? UNSET }
}

/**
 * Appends a change behind `last`. Throws {@link VersionTaken} where another one stands there already: of two who change
 * a value at once the later one finds its number taken, and must look again.
 */
export async function appendVersion(
  db: Db,
  { table, key }: Versioned,
  { value, who, reason }: Change,
  last: { version: number; value: string },
): Promise<Appended> {
  const at = new Date()
  const row = {
    ...{ ...key, version: last.version + 1, value_before: last.value, value_after: value },
    ...{ who, reason, changed_at: at },
  }
  try {
    await db.query(`INSERT INTO ${table} SET ?`, [row])
  } catch (error) {
    if ((error as { errno?: number }).errno !== DUPLICATE) throw error
    throw new VersionTaken(`version ${row.version} is taken`, { cause: error })
  }
  return { version: row.version, before: last.value, at }
}

/** Does `work` again, from its start, for as long as others take the version that it wanted. */
export async function untilFree<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof VersionTaken) || tries === TRIES) throw error
    }
  }
}
