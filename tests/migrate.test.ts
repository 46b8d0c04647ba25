import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createConnection } from 'mysql2/promise'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { migrate } from '../platform/migrate.ts'
import { ROOT } from '../platform/root.ts'
import { type LentServer, lendMariadb } from './lend-servers.ts'

// Real servers on a machine that runs other tests beside these.
let mariadb: LentServer
let folder: string

beforeAll(async () => {
  mariadb = await lendMariadb()
})
afterAll(() => mariadb?.stop())
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'migrations-'))
  await run('DROP DATABASE sluice', 'CREATE DATABASE sluice')
})
afterEach(() => rm(folder, { recursive: true }))

async function run(...statements: string[]): Promise<Record<string, unknown>[]> {
  const db = await createConnection(mariadb.url)
  let rows: unknown = []
  for (const statement of statements) [rows] = await db.query(statement)
  await db.end()
  return rows as Record<string, unknown>[]
}

test('applies the files in order, once', async () => {
  await writeFile(join(folder, '002_b.sql'), 'INSERT INTO a VALUES (2);')
  await writeFile(join(folder, '001_a.sql'), 'CREATE TABLE a (n INT);\nINSERT INTO a VALUES (1);')
  await writeFile(join(folder, 'schema.sql'), 'CREATE TABLE never (n INT);')
  expect(await migrate(mariadb.url, folder)).toEqual(['001_a.sql', '002_b.sql'])
  expect(await migrate(mariadb.url, folder)).toEqual([])
  await writeFile(join(folder, '003_c.sql'), 'INSERT INTO a VALUES (3);')
  expect(await migrate(mariadb.url, folder)).toEqual(['003_c.sql'])
  expect((await run('SELECT n FROM a')).map((row) => row.n)).toEqual([1, 2, 3])
})

test('five starters at once: each file is applied once', async () => {
  await cp(join(ROOT, 'sql/001_sales_orders_refusals.sql'), join(folder, '001_sales.sql'))
  const applied = await Promise.all(Array.from({ length: 5 }, () => migrate(mariadb.url, folder)))
  expect(applied.flat()).toEqual(['001_sales.sql'])
})

test('an edited file is refused, and a new file beside it is not applied', async () => {
  await writeFile(join(folder, '001_a.sql'), 'CREATE TABLE a (n INT)')
  await migrate(mariadb.url, folder)
  await writeFile(join(folder, '001_a.sql'), 'CREATE TABLE a (n BIGINT)')
  await writeFile(join(folder, '002_b.sql'), 'CREATE TABLE b (n INT)')
  await expect(migrate(mariadb.url, folder)).rejects.toThrow('001_a.sql was applied and has changed')
  expect(await run("SHOW TABLES LIKE 'b'")).toEqual([])
})

test('a database that is newer than the program is refused', async () => {
  await writeFile(join(folder, '001_a.sql'), 'CREATE TABLE a (n INT)')
  await migrate(mariadb.url, folder)
  await rm(join(folder, '001_a.sql'))
  await expect(migrate(mariadb.url, folder)).rejects.toThrow('001_a.sql, which this program does not know')
})

test('a file that fails names its statement, and the next try goes on from there', async () => {
  const sql = 'CREATE TABLE a (n INT); INSERT INTO a VALUES (1); INSERT INTO missing VALUES (2)'
  await writeFile(join(folder, '001_a.sql'), sql)
  await expect(migrate(mariadb.url, folder)).rejects.toThrow('001_a.sql, statement 3')
  await run('CREATE TABLE missing (n INT)')
  expect(await migrate(mariadb.url, folder)).toEqual(['001_a.sql'])
  expect(await run('SELECT * FROM a')).toEqual([{ n: 1 }])
})

test('killed between a CREATE TABLE and its count, the next starter goes on', async () => {
  await writeFile(join(folder, '001_a.sql'), 'CREATE TABLE a (n INT); CREATE TABLE b (n INT)')
  await migrate(mariadb.url, folder)
  await run(
    'UPDATE migrations SET statements_done = 0, in_progress = TRUE, finished_at = NULL',
    'DROP TABLE b',
  )
  expect(await migrate(mariadb.url, folder)).toEqual(['001_a.sql'])
  expect(await run('SELECT * FROM b')).toEqual([])
})

test('a table that was there before the first try is not taken for one of ours', async () => {
  await run('CREATE TABLE a (other INT)')
  await writeFile(join(folder, '001_a.sql'), 'CREATE TABLE a (n INT)')
  for (let attempt = 0; attempt < 2; attempt++) {
    await expect(migrate(mariadb.url, folder)).rejects.toThrow("statement 1: Table 'a' already exists")
  }
})
