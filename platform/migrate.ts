import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise'
import { Umzug } from 'umzug'
import { type MigrationFile, readMigrations } from './read-migrations.ts'
import { ROOT } from './root.ts'

/** How long one starter waits for another that migrates. */
const LOCK_WAIT_S = 60

/** What a statement says when it was done before: table, column, key, trigger or constraint exists, or is gone already. */
const DONE_BEFORE = new Set([1050, 1060, 1061, 1091, 1359, 1826, 3822])

interface MigrationRow {
  name: string
  checksum: string
  statements_done: number
  in_progress: number
  finished_at: Date | null
}

/**
 * Brings the database of `mysqlUrl` to the newest `sql/NNN_*.sql`; gives the names that it applied, in order.
 * Several starters may call it at once: one works, the others wait for it.
 * Throws when a file that was applied has changed since, or when the database knows a migration that this program
 * does not (then the program is older than the database).
 *
 * A CREATE TABLE can not be rolled back, so the statements of a file are counted as they are done: a starter that
 * was killed in the middle of a file is continued by the next one.
 */
export async function migrate(mysqlUrl: string, folder = join(ROOT, 'sql')): Promise<string[]> {
  const db = await createConnection({ uri: mysqlUrl, timezone: 'Z' })
  try {
    await lock(db)
    await db.query(`CREATE TABLE IF NOT EXISTS migrations (
      name            VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
      checksum        CHAR(64)     CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      statements_done INT UNSIGNED NOT NULL DEFAULT 0,
      in_progress     BOOLEAN      NOT NULL DEFAULT FALSE,
      finished_at     DATETIME(3)  NULL
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`)
    const files = readMigrations(folder)
    const rows = await readRows(db)
    refuseStrangers(files, rows)
    const umzug = new Umzug({
      migrations: files.map((file) => ({
        name: file.name,
        up: () =>
          apply(
            db,
            file,
            rows.find((row) => row.name === file.name),
          ),
      })),
      storage: {
        executed: async () => rows.filter((row) => row.finished_at !== null).map((row) => row.name),
        logMigration: async ({ name }) => {
          await db.query('UPDATE migrations SET finished_at = UTC_TIMESTAMP(3) WHERE name = ?', [name])
        },
        unlogMigration: async () => {
          throw new Error('migrations only go forwards')
        },
      },
      logger: undefined,
    })
    return (await umzug.up()).map(({ name }) => name)
  } finally {
    // The lock ends with its connection.
    await db.end()
  }
}

async function lock(db: Connection): Promise<void> {
  const [[row]] = await db.query<(RowDataPacket & { locked: number | null })[]>(
    "SELECT GET_LOCK(LEFT(CONCAT('migrate:', DATABASE()), 64), ?) AS locked",
    [LOCK_WAIT_S],
  )
  if (row?.locked !== 1) {
    throw new Error(
      `migrations: another starter has held the lock for ${LOCK_WAIT_S} s; see SHOW PROCESSLIST`,
    )
  }
}

async function readRows(db: Connection): Promise<MigrationRow[]> {
  const [rows] = await db.query<(RowDataPacket & MigrationRow)[]>(
    'SELECT name, checksum, statements_done, in_progress, finished_at FROM migrations ORDER BY name',
  )
  return rows
}

function refuseStrangers(files: MigrationFile[], rows: MigrationRow[]): void {
  const byName = new Map(files.map((file) => [file.name, file]))
  for (const row of rows) {
    const file = byName.get(row.name)
    if (!file)
      throw new Error(`migrations: the database has ${row.name}, which this program does not know; update it`)
    if (file.checksum !== row.checksum) {
      throw new Error(
        `migrations: ${row.name} was applied and has changed since; put it back and add a new file`,
      )
    }
  }
}

async function apply(
  db: Connection,
  { name, checksum, statements }: MigrationFile,
  row?: MigrationRow,
): Promise<void> {
  if (!row) await db.query('INSERT INTO migrations (name, checksum) VALUES (?, ?)', [name, checksum])
  const first = row?.statements_done ?? 0
  for (let done = first; done < statements.length; done++) {
    await db.query('UPDATE migrations SET in_progress = TRUE WHERE name = ?', [name])
    // Data and count commit together. A CREATE or ALTER commits by itself, before its count: after a kill between
    // the two, the statement in progress may be done already.
    await db.beginTransaction()
    try {
      await db.query(statements[done]!)
    } catch (error) {
      const doneBefore =
        done === first && row?.in_progress === 1 && DONE_BEFORE.has((error as { errno?: number }).errno ?? 0)
      if (!doneBefore) {
        await db.rollback()
        await db.query('UPDATE migrations SET in_progress = FALSE WHERE name = ?', [name])
        throw new Error(`migrations: ${name}, statement ${done + 1}: ${(error as Error).message}`, {
          cause: error,
        })
      }
    }
    await db.query('UPDATE migrations SET statements_done = ?, in_progress = FALSE WHERE name = ?', [
      done + 1,
      name,
    ])
    await db.commit()
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const url = process.env.SLUICE_MYSQL_URL
  if (!url) throw new Error('SLUICE_MYSQL_URL is not set: it says which database to migrate')
  const applied = await migrate(url)
  console.log(
    applied.length === 0 ? 'migrations: nothing to do' : `migrations: applied ${applied.join(', ')}`,
  )
}
