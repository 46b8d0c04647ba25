import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { SWITCHES, SWITCHES_CHANGED } from '../../contract/keys.ts'
import { readSwitches, recordChange } from '../../contract/switch-changes.ts'
import { SWITCH_NAMES } from '../../contract/switches.ts'
import { runCommandLine } from '../../ops/command-line.ts'
import { migrate } from '../../platform/migrate.ts'
import { connectMysql, type Pool, select } from '../../platform/mysql.ts'
import { connectRedis, connectSubscriber, type Redis } from '../../platform/redis.ts'
import { type LentServer, lendMariadb, lendRedis } from '../lend-servers.ts'

let servers: LentServer[]
let mysql: Pool
let redis: Redis
let env: Record<string, string>
beforeAll(async () => {
  servers = await Promise.all([lendMariadb(), lendRedis()])
  const [mariadb, redisServer] = servers as [LentServer, LentServer]
  await migrate(mariadb.url)
  env = { SLUICE_MYSQL_URL: mariadb.url, SLUICE_REDIS_URL: redisServer.url }
  mysql = connectMysql(mariadb.url, { connections: 4 })
  redis = connectRedis(redisServer.url, 'test')
  await redis.connect()
})
afterAll(async () => {
  redis?.disconnect()
  await mysql?.end()
  await Promise.all(servers?.map((server) => server.stop()) ?? [])
})

async function run(...argv: string[]) {
  const [out, err] = [new PassThrough(), new PassThrough()]
  const code = await runCommandLine(argv, { env, out, err })
  out.end()
  err.end()
  const [stdout, stderr] = [await text(out), await text(err)]
  const json = argv.includes('--json')
  return {
    ...{ code, stdout },
    value: json && stdout !== '' ? JSON.parse(stdout) : undefined,
    error: json && stderr !== '' ? JSON.parse(stderr).error : undefined,
  }
}
const turn = (...words: string[]) => run('switch', ...words, '--json')
const rows = () => select(mysql, 'SELECT COUNT(*) AS n FROM switches')

test('the list: every switch with its value, where it comes from, and what it may be', async () => {
  const { code, value } = await turn()
  expect(code).toBe(0)
  expect(value).toMatchObject({ version: 0, level: 0, autoLevel: 0, sales: {} })
  expect(value.switches.map(({ name }: { name: string }) => name)).toEqual(SWITCH_NAMES)
  expect(value.switches[0]).toMatchObject({ name: 'level', value: 0, from: 'normal', perSale: false })
  expect((await run('switch')).stdout).toMatch(/^SWITCH +VALUE +FROM +ALLOWED +WHAT IT DOES\n/)
})

test('a change is in MySQL with who, when, before and after; in Redis; and told to the gateways', async () => {
  const subscriber = connectSubscriber(env.SLUICE_REDIS_URL!, 'test')
  await subscriber.subscribe(SWITCHES_CHANGED)
  const heard: string[] = []
  subscriber.on('message', (_, message) => heard.push(message))
  const first = await turn('poll-factor', '4', '--by', 'anna', '--reason', 'a rush')
  expect(first.value).toMatchObject({
    ...{ sale: null, name: 'poll-factor', version: 1, before: 'default', after: '4' },
    ...{ who: 'anna', reason: 'a rush' },
  })
  await turn('poll-factor', 'default', '--by', 'bert')
  const recorded = await select(mysql, 'SELECT * FROM switches ORDER BY version')
  expect(recorded).toMatchObject([
    { sale_id: 0, name: 'poll-factor', version: 1, value_before: 'default', value_after: '4', who: 'anna' },
    { sale_id: 0, name: 'poll-factor', version: 2, value_before: '4', value_after: 'default', who: 'bert' },
  ])
  const state = { version: 2, all: {}, sales: {} }
  expect(await readSwitches(mysql)).toEqual(state)
  expect(JSON.parse((await redis.get(SWITCHES))!)).toEqual(state)
  await expect.poll(() => heard).toEqual(['1', '2'])
  subscriber.disconnect()
  expect((await turn('--history')).value.map(({ after }: { after: string }) => after)).toEqual([
    'default',
    '4',
  ])
})

test('for one sale', async () => {
  const sale = ['sale', 'create', '--title', 'Umbrella', '--stock', '7', '--price', '990', '--json']
  const { id } = (await run(...sale)).value
  expect((await turn('share', '0.25', '--sale', String(id))).value).toMatchObject({ sale: id, after: '0.25' })
  const share = async (...words: string[]) =>
    (await turn(...words)).value.switches.find(({ name }: { name: string }) => name === 'share')
  expect(await share('--sale', String(id))).toMatchObject({ value: 0.25, from: 'this sale' })
  expect(await share()).toMatchObject({ value: 'auto', from: 'normal' })
})

test('a level shows in the switches that it turns', async () => {
  await turn('level', '4')
  const { value } = await turn()
  const from = Object.fromEntries(
    value.switches.map((one: { name: string; from: string }) => [one.name, one.from]),
  )
  expect(from).toMatchObject({ level: 'set', cancellations: 'level 4', closed: 'normal' })
  await turn('level', '0')
})

test.each([
  [['dance', 'on'], SWITCH_NAMES.join(', ')],
  [['constructor', 'on'], SWITCH_NAMES.join(', ')],
  [['closed', 'maybe'], 'on or off'],
  [['level', '7'], 'a whole number from 0 to 6'],
  [['share', '1.5'], 'auto, or a number from 0 to 1'],
  [['eta'], 'on or off'],
  [['level', '1', '--sale', '1'], 'share'],
  [['closed', 'on', '--sale', 'x'], '--sale'],
  [['closed', 'on', '--history'], '--history'],
  [['closed', 'on', '--by', 'x'.repeat(101)], '--by'],
  [['closed', 'on', '--reason', 'x'.repeat(201)], '--reason'],
])('switch %j is refused with what is allowed (%s), and nothing is written', async (words, allowed) => {
  const before = await rows()
  const { code, value, error } = await turn(...words)
  expect({ code, value, kind: error.code }).toEqual({ code: 2, value: undefined, kind: 'invalid_request' })
  expect(error.message).toContain(allowed)
  expect(await rows()).toEqual(before)
})

test('a sale that there is not', async () => {
  expect(await turn('closed', 'on', '--sale', '99999')).toMatchObject({
    code: 1,
    error: { code: 'unknown_sale' },
  })
})

test('twenty at once: no change is lost, each has the one before it', async () => {
  const change = { name: 'order-records' as const, who: 'test', reason: '' }
  await Promise.all(
    Array.from({ length: 20 }, (_, n) => recordChange(mysql, { ...change, value: String(n + 1) })),
  )
  const recorded = await select<{ version: number; value_before: string; value_after: string }>(
    mysql,
    "SELECT version, value_before, value_after FROM switches WHERE name = 'order-records' ORDER BY version",
  )
  expect(recorded.map(({ version }) => version)).toEqual(Array.from({ length: 20 }, (_, n) => n + 1))
  expect(recorded.map(({ value_before }) => value_before)).toEqual([
    'default',
    ...recorded.slice(0, -1).map(({ value_after }) => value_after),
  ])
})
