import { afterAll, beforeAll, expect, test } from 'vitest'
import { connectMysql, type Pool, select, transaction } from '../platform/mysql.ts'
import { type LentServer, lendMariadb } from './lend-servers.ts'

let mariadb: LentServer
let mysql: Pool

beforeAll(async () => {
  mariadb = await lendMariadb()
  mysql = connectMysql(mariadb.url, { connections: 2 })
  await mysql.query('CREATE TABLE counters (id INT PRIMARY KEY, n INT NOT NULL) ENGINE=InnoDB')
  await mysql.query('INSERT INTO counters VALUES (1, 0), (2, 0)')
})
afterAll(async () => {
  await mysql?.end()
  await mariadb?.stop()
})

test('of two transactions that deadlock, both have their effect, once', async () => {
  let tries = 0
  let both: () => void = () => {}
  const bothHoldOne = new Promise<void>((resolve) => {
    both = resolve
  })
  const cross = (first: number, second: number) =>
    transaction(mysql, async (db) => {
      await db.query('UPDATE counters SET n = n + 1 WHERE id = ?', [first])
      tries++
      if (tries === 2) both()
      await bothHoldOne
      await db.query('UPDATE counters SET n = n + 1 WHERE id = ?', [second])
    })
  await Promise.all([cross(1, 2), cross(2, 1)])
  expect(tries).toBe(3)
  expect(await select(mysql, 'SELECT n FROM counters')).toEqual([{ n: 2 }, { n: 2 }])
})
