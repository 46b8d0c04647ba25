import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { dumpSchema } from '../ops/schema/dump-schema.ts'
import { migrate } from '../platform/migrate.ts'
import { connectMysql, type Pool, select } from '../platform/mysql.ts'
import { ROOT } from '../platform/root.ts'
import { splitStatements } from '../platform/split-statements.ts'
import { type LentServer, lendMariadb } from './lend-servers.ts'

// Real servers on a machine that runs other tests beside these.
let mariadb: LentServer
let mysql: Pool

beforeAll(async () => {
  mariadb = await lendMariadb()
  mysql = connectMysql(mariadb.url, { connections: 1 })
})
afterAll(async () => {
  await mysql?.end()
  await mariadb?.stop()
})

const schemaFile = () => readFile(join(ROOT, 'sql/schema.sql'), 'utf8')

test('sql/schema.sql is what the migrations make (`npm run -s sluice -- schema dump > sql/schema.sql`)', async () => {
  await migrate(mariadb.url)
  expect(await dumpSchema(mysql)).toBe(await schemaFile())
})

test('the dump sees a change', async () => {
  await mysql.query(
    'ALTER TABLE orders DROP INDEX one_live_order, ADD INDEX one_live_order (buyer, sale_id, live)',
  )
  expect(await dumpSchema(mysql)).not.toBe(await schemaFile())
})

test('sql/schema.sql is SQL that makes the same schema', async () => {
  const tables = await select<{ name: string }>(
    mysql,
    `SELECT TABLE_NAME AS name FROM information_schema.TABLES
     WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME <> 'migrations'`,
  )
  await mysql.query('SET foreign_key_checks = 0')
  await mysql.query(`DROP TABLE ${tables.map(({ name }) => name).join(', ')}`)
  await mysql.query('SET foreign_key_checks = 1')
  for (const statement of splitStatements(await schemaFile())) await mysql.query(statement)
  expect(await dumpSchema(mysql)).toBe(await schemaFile())
})
