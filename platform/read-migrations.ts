import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { splitStatements } from './split-statements.ts'

export interface MigrationFile {
  name: string
  checksum: string
  statements: string[]
}

/** The `NNN_*.sql` of a folder, in order. */
export const readMigrations = (folder: string): MigrationFile[] =>
  readdirSync(folder)
    .filter((name) => /^\d{3}_[\w-]+\.sql$/.test(name))
    .sort()
    .map((name) => {
      const sql = readFileSync(join(folder, name), 'utf8')
      const checksum = createHash('sha256').update(sql.replaceAll('\r\n', '\n')).digest('hex')
      return { name, checksum, statements: splitStatements(sql) }
    })
