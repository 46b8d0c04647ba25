import { afterAll, beforeAll, expect, test } from 'vitest'
import { spreadBlocks } from '../../contract/blocks.ts'
import { BLOCKS } from '../../contract/keys.ts'
import { writeSnapshot } from '../../gateway/write-snapshot.ts'
import { runCommandLine } from '../../ops/command-line.ts'
import { migrate } from '../../platform/migrate.ts'
import { connectMysql, type Pool, select } from '../../platform/mysql.ts'
import { connectRedis, type Redis } from '../../platform/redis.ts'
import { type LentServer, lendMariadb, lendRedis } from '../lend-servers.ts'

let servers: LentServer[]
let mysql: Pool
let redis: Redis
let env: Record<string, string>
beforeAll(async () => {
  const [mariadb, redisServer] = await Promise.all([lendMariadb(), lendRedis()])
  servers = [mariadb, redisServer]
  env = { SLUICE_MYSQL_URL: mariadb.url, SLUICE_REDIS_URL: redisServer.url }
  await migrate(mariadb.url)
  mysql = connectMysql(mariadb.url, { connections: 2 })
  redis = connectRedis(redisServer.url, 'test')
  await redis.connect()
})
afterAll(async () => {
  redis?.disconnect()
  await mysql?.end()
  for (const server of servers ?? []) await server.stop()
})

async function sluice(...argv: string[]) {
  const written = { out: '', err: '' }
  const into = (name: 'out' | 'err') =>
    ({
      write: (text: string) => {
        written[name] += text
        return true
      },
    }) as never
  const code = await runCommandLine([...argv, '--json'], { env, out: into('out'), err: into('err') })
  return { code, json: JSON.parse(written.out || written.err) }
}
const listed = async () => {
  const { '': version, ...scores } = await redis.hgetall(BLOCKS)
  return { version, scores }
}
const version = async () => (await writeSnapshot(redis, [], 20_000)).blocks

test('block, and unblock: MySQL records it, Redis holds the whole list, the snapshot names its version', async () => {
  expect(await version()).toBeUndefined()
  expect(await sluice('block', 'eve', '--reason', 'a thousand accounts')).toEqual({
    code: 0,
    json: { buyer: 'eve', score: 100, reason: 'a thousand accounts' },
  })
  const first = await version()
  expect(first).toMatch(/./)
  expect(await listed()).toEqual({ version: first, scores: { eve: '100' } })
  await sluice('block', 'wary', '--score', '40')
  await sluice('block', 'eve', '--score', '90')
  expect((await listed()).scores).toEqual({ eve: '90', wary: '40' })
  expect(await select(mysql, 'SELECT buyer, score, reason FROM blocks ORDER BY buyer')).toEqual([
    { buyer: 'eve', score: 90, reason: '' },
    { buyer: 'wary', score: 40, reason: '' },
  ])
  expect(await version()).not.toBe(first)
  expect(await sluice('unblock', 'eve')).toEqual({ code: 0, json: { buyer: 'eve', removed: true } })
  expect(await sluice('unblock', 'eve')).toEqual({ code: 0, json: { buyer: 'eve', removed: false } })
  expect((await listed()).scores).toEqual({ wary: '40' })
})

test('a Redis that has lost the list is given it again from MySQL', async () => {
  await redis.flushall()
  expect(await version()).toBeUndefined()
  await spreadBlocks(mysql, redis)
  expect((await listed()).scores).toEqual({ wary: '40' })
  expect(await version()).toBe((await listed()).version)
})

test('commands at once leave the list that MySQL has', async () => {
  const names = Array.from({ length: 6 }, (_, n) => `at-once-${n}`)
  await Promise.all(names.map((name) => sluice('block', name)))
  expect(Object.keys((await listed()).scores).sort()).toEqual([...names, 'wary'])
})

test.each([
  ['block', 'two words'],
  ['block', 'eve', '--score', '0'],
  ['block', 'eve', '--score', '101'],
  ['block', 'eve', '--reason', 'x'.repeat(501)],
  ['unblock', ''],
])('%s %s %s: not understood, nothing written', async (...argv) => {
  const before = await listed()
  expect((await sluice(...argv)).code).toBe(2)
  expect(await listed()).toEqual(before)
})
