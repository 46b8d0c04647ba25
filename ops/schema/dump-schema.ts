import { type Db, select } from '../../platform/mysql.ts'
import { normaliseDefault, normaliseExpression, normaliseType } from './normalise.ts'

interface Column {
  name: string
  type: string
  nullable: 'YES' | 'NO'
  value: string | null
  charset: string | null
  collation: string | null
  /** Whether that collation is the one its character set has by itself. */
  usual: string | null
  extra: string
  expression: string | null
}

/**
 * The tables of the connected database as CREATE TABLE statements, in one form for MySQL and MariaDB. `migrations`, the
 * book-keeping of migrations, is left out.
 */
export async function dumpSchema(db: Db): Promise<string> {
  const tables = await select<{ name: string; engine: string; charset: string }>(
    db,
    `SELECT t.TABLE_NAME AS name, t.ENGINE AS engine, c.CHARACTER_SET_NAME AS charset
     FROM information_schema.TABLES t JOIN information_schema.COLLATIONS c ON c.COLLATION_NAME = t.TABLE_COLLATION
     WHERE t.TABLE_SCHEMA = DATABASE() AND t.TABLE_TYPE = 'BASE TABLE' AND t.TABLE_NAME <> 'migrations'
     ORDER BY t.TABLE_NAME`,
  )
  const dumps: { sql: string; name: string; needs: string[] }[] = []
  for (const { name, engine, charset } of tables) {
    const foreign = await foreignKeys(db, name)
    const lines = [
      ...(await columns(db, name)).map((column) => columnLine(column, charset)),
      ...(await indexes(db, name)),
      ...foreign.map(({ line }) => line),
      ...(await checks(db, name)),
    ]
    const sql = `CREATE TABLE ${name} (\n${lines.map((line) => `  ${line}`).join(',\n')}\n) ENGINE=${engine} DEFAULT CHARSET=${charset};\n`
    dumps.push({ sql, name, needs: foreign.map(({ table }) => table) })
  }
  return `${HEAD}\n${[...inOrder(dumps), ...(await triggers(db))].join('\n')}`
}

const HEAD = `-- Generated from the migrations: do not edit. \`npm run -s sluice -- schema dump > sql/schema.sql\` writes it,
-- and a test fails when it is not what sql/NNN_*.sql make.
`

/** Tables that others refer to come first, so that the file can be run. */
function inOrder(dumps: { sql: string; name: string; needs: string[] }[]): string[] {
  const done: string[] = []
  const rest = [...dumps]
  while (rest.length > 0) {
    const ready = rest.findIndex(({ name, needs }) =>
      needs.every((table) => table === name || !rest.some((d) => d.name === table)),
    )
    done.push(...rest.splice(Math.max(ready, 0), 1).map(({ sql }) => sql))
  }
  return done
}

const columns = (db: Db, table: string): Promise<Column[]> =>
  select<Column>(
    db,
    `SELECT c.COLUMN_NAME AS name, c.COLUMN_TYPE AS type, c.IS_NULLABLE AS nullable, c.COLUMN_DEFAULT AS value,
       c.CHARACTER_SET_NAME AS charset, c.COLLATION_NAME AS collation, n.IS_DEFAULT AS usual, c.EXTRA AS extra,
       c.GENERATION_EXPRESSION AS expression
     FROM information_schema.COLUMNS c LEFT JOIN information_schema.COLLATIONS n ON n.COLLATION_NAME = c.COLLATION_NAME
     WHERE c.TABLE_SCHEMA = DATABASE() AND c.TABLE_NAME = ? ORDER BY c.ORDINAL_POSITION`,
    [table],
  )

function columnLine(column: Column, tableCharset: string): string {
  const words = [column.name, normaliseType(column.type)]
  if (column.charset !== null && column.charset !== tableCharset)
    words.push(`CHARACTER SET ${column.charset}`)
  if (column.collation !== null && column.usual !== 'Yes') words.push(`COLLATE ${column.collation}`)
  if (column.expression) {
    const kind = /STORED|PERSISTENT/i.test(column.extra) ? 'STORED' : 'VIRTUAL'
    return [...words, `AS (${normaliseExpression(column.expression)})`, kind].join(' ')
  }
  if (column.nullable === 'NO') words.push('NOT NULL')
  const value = normaliseDefault(
    column.value,
    column.extra,
    /^(tiny|small|medium|big)?int|^decimal/.test(column.type),
  )
  if (value !== undefined) words.push(`DEFAULT ${value}`)
  if (column.extra.includes('auto_increment')) words.push('AUTO_INCREMENT')
  return words.join(' ')
}

async function indexes(db: Db, table: string): Promise<string[]> {
  const rows = await select<{ name: string; again: number; columns: string }>(
    db,
    `SELECT INDEX_NAME AS name, MIN(NON_UNIQUE) AS again,
       GROUP_CONCAT(COLUMN_NAME, IF(SUB_PART IS NULL, '', CONCAT('(', SUB_PART, ')')) ORDER BY SEQ_IN_INDEX SEPARATOR ', ') AS columns
     FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ?
     GROUP BY INDEX_NAME ORDER BY INDEX_NAME <> 'PRIMARY', INDEX_NAME`,
    [table],
  )
  return rows.map(({ name, again, columns }) => {
    if (name === 'PRIMARY') return `PRIMARY KEY (${columns})`
    return `${Number(again) === 0 ? 'UNIQUE KEY' : 'KEY'} ${name} (${columns})`
  })
}

async function foreignKeys(db: Db, table: string): Promise<{ line: string; table: string }[]> {
  const rows = await select<{
    name: string
    columns: string
    other: string
    others: string
    del: string
    upd: string
  }>(
    db,
    `SELECT k.CONSTRAINT_NAME AS name, MIN(k.REFERENCED_TABLE_NAME) AS other, MIN(r.DELETE_RULE) AS del, MIN(r.UPDATE_RULE) AS upd,
       GROUP_CONCAT(k.COLUMN_NAME ORDER BY k.ORDINAL_POSITION SEPARATOR ', ') AS columns,
       GROUP_CONCAT(k.REFERENCED_COLUMN_NAME ORDER BY k.ORDINAL_POSITION SEPARATOR ', ') AS others
     FROM information_schema.KEY_COLUMN_USAGE k JOIN information_schema.REFERENTIAL_CONSTRAINTS r
       ON r.CONSTRAINT_SCHEMA = k.CONSTRAINT_SCHEMA AND r.CONSTRAINT_NAME = k.CONSTRAINT_NAME AND r.TABLE_NAME = k.TABLE_NAME
     WHERE k.TABLE_SCHEMA = DATABASE() AND k.TABLE_NAME = ? GROUP BY k.CONSTRAINT_NAME ORDER BY k.CONSTRAINT_NAME`,
    [table],
  )
  return rows.map(({ name, columns, other, others, del, upd }) => ({
    table: other,
    line: `CONSTRAINT ${name} FOREIGN KEY (${columns}) REFERENCES ${other} (${others})${rule('DELETE', del)}${rule('UPDATE', upd)}`,
  }))
}

/** RESTRICT and NO ACTION are the same to InnoDB, and each server names another one as its default. */
const rule = (event: string, action: string) =>
  /^(RESTRICT|NO ACTION)$/.test(action) ? '' : ` ON ${event} ${action}`

async function checks(db: Db, table: string): Promise<string[]> {
  const rows = await select<{ name: string; clause: string }>(
    db,
    `SELECT t.CONSTRAINT_NAME AS name, c.CHECK_CLAUSE AS clause
     FROM information_schema.TABLE_CONSTRAINTS t JOIN information_schema.CHECK_CONSTRAINTS c
       ON c.CONSTRAINT_SCHEMA = t.CONSTRAINT_SCHEMA AND c.CONSTRAINT_NAME = t.CONSTRAINT_NAME
     WHERE t.TABLE_SCHEMA = DATABASE() AND t.TABLE_NAME = ? AND t.CONSTRAINT_TYPE = 'CHECK' ORDER BY t.CONSTRAINT_NAME`,
    [table],
  )
  return rows.map(({ name, clause }) => `CONSTRAINT ${name} CHECK (${normaliseExpression(clause)})`)
}

async function triggers(db: Db): Promise<string[]> {
  const rows = await select<{ name: string; timing: string; event: string; on: string; does: string }>(
    db,
    `SELECT TRIGGER_NAME AS name, ACTION_TIMING AS timing, EVENT_MANIPULATION AS event, EVENT_OBJECT_TABLE AS \`on\`,
       ACTION_STATEMENT AS does
     FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = DATABASE() ORDER BY TRIGGER_NAME`,
  )
  return rows.map(
    ({ name, timing, event, on, does }) =>
      `CREATE TRIGGER ${name} ${timing} ${event} ON ${on} FOR EACH ROW ${does.trim()};\n`,
  )
}
