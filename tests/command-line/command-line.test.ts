import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { jwtVerify } from 'jose'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { SALE_CHANGED, saleKeys } from '../../contract/keys.ts'
import { runCommandLine } from '../../ops/command-line.ts'
import { migrate } from '../../platform/migrate.ts'
import { connectMysql, type Pool, select } from '../../platform/mysql.ts'
import { connectRedis, connectSubscriber, type Redis } from '../../platform/redis.ts'
import { type LentServer, lendMariadb, lendRedis } from '../lend-servers.ts'

// Real servers on a machine that runs other tests beside these.
vi.setConfig({ testTimeout: 20_000 })

const JWT_SECRET = 'only for tests, 32 characters and more'
let servers: LentServer[]
let mysql: Pool
let redis: Redis
let env: Record<string, string>

beforeAll(async () => {
  servers = await Promise.all([lendMariadb(), lendRedis()])
  const [mariadb, redisServer] = servers as [LentServer, LentServer]
  await migrate(mariadb.url)
  env = { SLUICE_MYSQL_URL: mariadb.url, SLUICE_REDIS_URL: redisServer.url, SLUICE_JWT_SECRET: JWT_SECRET }
  mysql = connectMysql(mariadb.url, { connections: 1 })
  redis = connectRedis(redisServer.url, 'test')
  await redis.connect()
}, 60_000)
afterAll(async () => {
  redis?.disconnect()
  await mysql?.end()
  await Promise.all(servers?.map((server) => server.stop()) ?? [])
})

async function run(argv: string[], own: Record<string, string> = env) {
  const out = new PassThrough()
  const err = new PassThrough()
  const [code, stdout, stderr] = await Promise.all([
    runCommandLine(argv, { env: own, out, err }).finally(() => {
      out.end()
      err.end()
    }),
    text(out),
    text(err),
  ])
  return { code, stdout, stderr }
}

/** Runs with --json and reads the one value: of stdout on success, of stderr else. */
async function runJson(argv: string[], own?: Record<string, string>) {
  const { code, stdout, stderr } = await run([...argv, '--json'], own)
  return {
    code,
    value: stdout === '' ? undefined : JSON.parse(stdout),
    error: stderr === '' ? undefined : JSON.parse(stderr).error,
  }
}

const NEW = ['sale', 'create', '--title', 'Umbrella', '--stock', '7', '--price', '990']
const newSale = async (...more: string[]): Promise<number> => (await runJson([...NEW, ...more])).value.id

async function readRow(id: number) {
  const [row] = await select<Record<string, unknown>>(mysql, 'SELECT * FROM sales WHERE id = ?', [id])
  if (!row) throw new Error(`no row of sale ${id}`)
  return row
}

test('sale create: the defaults, published and preloaded', async () => {
  const before = Date.now()
  const { code, value } = await runJson(NEW)
  expect(code).toBe(0)
  expect(value).toEqual({ id: expect.any(Number) })
  const row = await readRow(value.id)
  expect(row).toMatchObject({
    ...{ title: 'Umbrella', stock: 7, sold: 0, price_cents: 990, currency: 'EUR', phase: 'published' },
    ...{
      per_user: 1,
      standby: 2,
      release_batch: 10,
      release_every_ms: 100,
      pay_within_s: 900,
      challenge: 'none',
      deduct: 'order',
      hold_s: null,
    },
  })
  const opens = (row.opens_at as Date).getTime()
  expect(opens).toBeGreaterThanOrEqual(before)
  expect(opens).toBeLessThanOrEqual(Date.now())
  expect((row.closes_at as Date).getTime() - opens).toBe(86_400_000)
  expect((row.tickets_expire_at as Date).getTime() - opens).toBe(31 * 86_400_000)
  expect(await redis.hmget(saleKeys(value.id).card, 'left', 'phase')).toEqual(['7', 'published'])
})

test('sale create: every option', async () => {
  const id = await newSale(
    ...[
      '--currency',
      'USD',
      '--opens-at',
      '2030-01-31T10:00:00+01:00',
      '--closes-at',
      '2030-01-31T10:00:00.500Z',
    ],
    ...[
      '--release',
      'auto',
      '--per-user',
      '3',
      '--challenge',
      'pow',
      '--pay-within',
      '60',
      '--standby',
      '50',
    ],
  )
  expect(await readRow(id)).toMatchObject({
    ...{ currency: 'USD', release_batch: null, release_every_ms: null, per_user: 3, challenge: 'pow' },
    ...{ pay_within_s: 60, standby: 50 },
    opens_at: new Date('2030-01-31T09:00:00Z'),
    closes_at: new Date('2030-01-31T10:00:00.5Z'),
  })
})

test.each([
  [['--deduct', 'payment'], { deduct: 'payment', hold_s: null }],
  [['--deduct', 'hold'], { deduct: 'hold', hold_s: 60, pay_within_s: 900 }],
  [['--deduct', 'hold', '--hold', '5', '--pay-within', '6'], { deduct: 'hold', hold_s: 5, pay_within_s: 6 }],
])('sale create %j', async (options, expected) => {
  expect(await readRow(await newSale(...options))).toMatchObject(expected)
})

test('sale create: seconds from now, a rate, a share', async () => {
  const before = Date.now()
  const id = await newSale(
    '--opens-at',
    '+60',
    '--closes-at',
    '+90.5',
    '--release',
    '3/250',
    '--standby',
    '50%',
  )
  const row = await readRow(id)
  expect(row).toMatchObject({ release_batch: 3, release_every_ms: 250, standby: 4 })
  expect((row.opens_at as Date).getTime() - before).toBeGreaterThanOrEqual(60_000)
  expect((row.opens_at as Date).getTime() - before).toBeLessThan(65_000)
  expect((row.closes_at as Date).getTime() - before).toBeGreaterThanOrEqual(90_500)
})

test.each([
  ['--title', ' '],
  ['--title', 'x'.repeat(201)],
  ['--title', 'a\u0007b'],
  ['--stock', '0'],
  ['--stock', '-1'],
  ['--stock', '1.5'],
  ['--stock', '1e3'],
  ['--stock', '5000000000'],
  ['--price', '-1'],
  ['--price', '9.90'],
  ['--currency', 'eur'],
  ['--opens-at', 'tomorrow'],
  ['--opens-at', '2030-01-31T10:00:00'],
  ['--opens-at', '2030-13-31T10:00:00Z'],
  ['--closes-at', '+0'],
  ['--closes-at', '2020-01-01T00:00:00Z'],
  ['--release', '0/100'],
  ['--release', '10/0'],
  ['--release', '10'],
  ['--release', 'fast'],
  ['--per-user', '0'],
  ['--per-user', '1001'],
  ['--challenge', 'riddle'],
  ['--pay-within', '0'],
  ['--deduct', 'never'],
  ['--hold', '0'],
  ['--hold', '30'],
  ['--standby', '-5'],
  ['--standby', 'some'],
])('sale create refuses %s %s, names it, and writes nothing', async (option, value) => {
  const [before] = await select(mysql, 'SELECT COUNT(*) AS n FROM sales')
  const { code, value: printed, error } = await runJson([...NEW, option, value])
  expect({ code, printed }).toEqual({ code: 2, printed: undefined })
  expect(error.code).toBe('invalid_request')
  expect(error.message).toContain(option)
  expect(error.message).toMatch(/must be|argument missing/i)
  expect(await select(mysql, 'SELECT COUNT(*) AS n FROM sales')).toEqual([before])
})

test.each([
  ['payment', '30', '60'],
  ['order', '30', '60'],
  ['hold', '60', '60'],
  ['hold', '61', '60'],
])('a sale that deducts at %s with a hold of %s s of %s s is refused', async (deduct, hold, payWithin) => {
  const { code, error } = await runJson([
    ...[...NEW, '--deduct', deduct, '--hold', hold, '--pay-within', payWithin],
  ])
  expect({ code, kind: error.code }).toEqual({ code: 2, kind: 'invalid_request' })
  expect(error.message).toContain('--hold')
})

test('a title of 200 characters, emoji and quotes survives', async () => {
  const title = `${'☂️🌂'.repeat(40)}'"\\%`.slice(0, 200)
  const { value } = await runJson(['sale', 'create', '--title', title, '--stock', '1', '--price', '0'])
  expect((await readRow(value.id)).title).toBe(title)
})

test('a draft is nowhere but in MySQL until it is published', async () => {
  const id = await newSale('--draft')
  expect((await readRow(id)).phase).toBe('draft')
  expect(await redis.exists(saleKeys(id).card)).toBe(0)
  expect(await runJson(['sale', 'publish', String(id)])).toMatchObject({
    code: 0,
    value: { id, phase: 'published' },
  })
  expect(await redis.exists(saleKeys(id).card)).toBe(1)
  await redis.del(saleKeys(id).card)
  expect((await run(['sale', 'publish', String(id)])).code).toBe(0)
  expect(await redis.exists(saleKeys(id).card)).toBe(1)
})

test('list and show', async () => {
  const id = await newSale()
  const { value } = await runJson(['sale', 'show', String(id)])
  expect(value).toMatchObject({
    id,
    title: 'Umbrella',
    stock: 7,
    left: 7,
    phase: 'published',
    release: { batch: 10 },
  })
  const list = (await runJson(['sale', 'list'])).value
  expect(list[0]).toEqual(value)
  expect((await run(['sale', 'list'])).stdout).toMatch(/^ID +PHASE +SOLD +OPENS +CLOSES +TITLE\n/)
  expect((await run(['sale', 'show', String(id)])).stdout).toMatch(/^release +10\/100$/m)
})

test('pause, resume and close reach MySQL, Redis and the gateways', async () => {
  const id = await newSale()
  const subscriber = connectSubscriber(env.SLUICE_REDIS_URL!, 'test')
  await subscriber.subscribe(SALE_CHANGED)
  const heard: string[] = []
  subscriber.on('message', (_, message) => heard.push(message))
  for (const [step, phase] of Object.entries({ pause: 'paused', resume: 'published', close: 'closed' })) {
    expect(await runJson(['sale', step, String(id)])).toMatchObject({ code: 0, value: { id, phase } })
    expect((await readRow(id)).phase).toBe(phase)
    expect(await redis.hget(saleKeys(id).card, 'phase')).toBe(phase)
  }
  await expect.poll(() => heard).toEqual([String(id), String(id), String(id)])
  subscriber.disconnect()
})

test.each([
  ['draft', ['pause', 'resume', 'close'], ['--draft'], []],
  ['closed', ['pause', 'resume', 'publish'], [], ['close']],
])('a %s sale refuses %j', async (phase, steps, options, before) => {
  const id = await newSale(...options)
  for (const step of before) await run(['sale', step, String(id)])
  for (const step of steps) {
    const { code, error } = await runJson(['sale', step, String(id)])
    expect({ code, error }).toEqual({
      code: 1,
      error: { code: 'conflict', message: expect.stringContaining(phase) },
    })
  }
  expect((await readRow(id)).phase).toBe(phase)
})

test('closing again repairs a Redis that missed it', async () => {
  const id = await newSale()
  await run(['sale', 'close', String(id)])
  await redis.hset(saleKeys(id).card, 'phase', 'published')
  expect((await run(['sale', 'close', String(id)])).code).toBe(0)
  expect(await redis.hget(saleKeys(id).card, 'phase')).toBe('closed')
})

test.each(['show', 'publish', 'pause', 'resume', 'close'])('sale %s of an unknown sale', async (step) => {
  expect(await runJson(['sale', step, '99999'])).toMatchObject({ code: 1, error: { code: 'unknown_sale' } })
  expect(await runJson(['sale', step, 'x'])).toMatchObject({ code: 2, error: { code: 'invalid_request' } })
})

test('audit: 0 for right books, 1 for wrong ones, and for none', async () => {
  const id = await newSale()
  const right = await runJson(['audit', String(id)])
  expect(right).toMatchObject({ code: 0, value: { ok: true, stock: 7, left: 7, tickets: 0, problems: [] } })
  expect((await run(['audit', String(id)])).stdout).toContain(`the books of sale ${id} are right`)
  await redis.hset(saleKeys(id).card, 'left', 6)
  const wrong = await run(['audit', String(id), '--json'])
  expect(wrong.code).toBe(1)
  expect(JSON.parse(wrong.stdout).problems).toHaveLength(1)
  expect(await runJson(['audit', '99999'])).toMatchObject({ code: 1, error: { code: 'unknown_sale' } })
})

test('token: what the shop would sign', async () => {
  const key = new TextEncoder().encode(JWT_SECRET)
  const plain = await run(['token', 'alice'])
  expect(plain.stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/)
  const { payload, protectedHeader } = await jwtVerify(plain.stdout.trim(), key)
  expect(protectedHeader).toEqual({ alg: 'HS256', typ: 'JWT' })
  expect(payload).toEqual({ sub: 'alice', exp: expect.any(Number) })
  expect(payload.exp! - Date.now() / 1000).toBeGreaterThan(86_390)
  const short = (await runJson(['token', 'bob"\\', '--ttl', '60'])).value
  const verified = await jwtVerify(short.token, key)
  expect(verified.payload.sub).toBe('bob"\\')
  expect(verified.payload.exp! - Date.now() / 1000).toBeLessThanOrEqual(60)
})

test('token --count: one a line, each good', async () => {
  const key = new TextEncoder().encode(JWT_SECRET)
  const { code, stdout } = await run(['token', '--count', '2500', '--prefix', 'u'])
  const lines = stdout.trimEnd().split('\n')
  expect({ code, lines: new Set(lines).size }).toEqual({ code: 0, lines: 2500 })
  for (const at of [0, 999, 1000, 2499]) {
    expect((await jwtVerify(lines[at]!, key)).payload.sub).toBe(`u${at + 1}`)
  }
  expect((await runJson(['token', '--count', '1001', '--prefix', 'u'])).value.tokens).toHaveLength(1001)
})

test.each([
  [['token'], 'USER'],
  [['token', 'alice', '--count', '3'], 'USER'],
  [['token', '--count', '3'], '--prefix'],
  [['token', 'alice', '--prefix', 'u'], '--count'],
  [['token', 'al ice'], 'USER'],
  [['token', '--count', '3', '--prefix', 'é'], '--prefix'],
  [['token', 'alice', '--ttl', '0'], '--ttl'],
  [['token', '--count', '0', '--prefix', 'u'], '--count'],
  [['dance'], 'dance'],
  [['sale', 'dance'], 'dance'],
  [['sale'], 'create'],
  [[], 'audit'],
  [['sale', 'list', '--wrong'], '--wrong'],
  [['sale', 'create', '--stock', '1', '--price', '1'], '--title'],
  [['audit'], 'id'],
  [['audit', '1', '2'], 'audit'],
])('usage: %j is refused, naming %s', async (argv, named) => {
  const { code, value, error } = await runJson(argv)
  expect({ code, value, kind: error.code }).toEqual({ code: 2, value: undefined, kind: 'invalid_request' })
  expect(error.message).toContain(named)
})

test('help is for people and no error', async () => {
  const { code, stdout, stderr } = await run(['sale', 'create', '--help'])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toContain('--standby')
})

test('wrong configuration is named', async () => {
  const wrong = await runJson(['sale', 'list'], { ...env, SLUICE_MYSQL_URL: 'http://x' })
  expect(wrong).toMatchObject({ code: 1, error: { code: 'configuration' } })
  expect(wrong.error.message).toContain('SLUICE_MYSQL_URL')
  const unknown = await runJson(['sale', 'list'], { ...env, SLUICE_MYSQL_ULR: '' })
  expect(unknown.error.message).toContain('SLUICE_MYSQL_ULR')
  const short = await runJson(['token', 'alice'], { ...env, SLUICE_JWT_SECRET: 'short' })
  expect(short.error.message).toContain('SLUICE_JWT_SECRET')
})

test('servers that are down are named, and what was written is said', async () => {
  const noMysql = await runJson(['sale', 'list'], { ...env, SLUICE_MYSQL_URL: 'mysql://a:b@127.0.0.1:1/c' })
  expect(noMysql).toMatchObject({ code: 1, error: { code: 'unavailable' } })
  expect(noMysql.error.message).toContain('127.0.0.1:1')
  const noRedis = await runJson(NEW, { ...env, SLUICE_REDIS_URL: 'redis://127.0.0.1:1/0' })
  expect(noRedis).toMatchObject({ code: 1, error: { code: 'unavailable' } })
  expect(noRedis.error.message).toContain('Redis at 127.0.0.1:1')
})

test('quiz import: all of a file or nothing, for one sale or for all', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'quiz-'))
  const write = async (name: string, content: string) => {
    await writeFile(join(dir, name), content)
    return join(dir, name)
  }
  const rows = () =>
    select<{ question: string }>(
      mysql,
      'SELECT sale_id, question, answers, choices FROM quiz_questions ORDER BY id',
    )
  try {
    const sale = await newSale()
    const good = await write(
      'good.csv',
      'question,answers,choices\n2 plus 2?,4|four,\nFruit?,pear,pear|saw\n',
    )
    expect(await runJson(['quiz', 'import', good])).toMatchObject({
      code: 0,
      value: { imported: 2, replaced: 0 },
    })
    const own = await write('own.json', JSON.stringify([{ question: 'Mine?', answers: 'yes' }]))
    expect((await runJson(['quiz', 'import', own, '--sale', String(sale)])).value).toEqual({
      imported: 1,
      replaced: 0,
    })
    const all = [
      { sale_id: null, question: '2 plus 2?', answers: '["4","four"]', choices: null },
      { sale_id: null, question: 'Fruit?', answers: '["pear"]', choices: '["pear","saw"]' },
      { sale_id: sale, question: 'Mine?', answers: '["yes"]', choices: null },
    ]
    expect(await rows()).toEqual(all)

    const bad = await write('bad.csv', 'question,answers\nfine?,yes\nbad?,\n')
    const refused = await run(['quiz', 'import', bad])
    expect([refused.code, refused.stdout]).toEqual([2, ''])
    expect(refused.stderr).toContain('bad.csv: nothing was imported, 1 of 2 rows are wrong\nline 3:')
    expect((await run(['quiz', 'import', join(dir, 'none.csv')])).code).toBe(2)
    expect((await runJson(['quiz', 'import', own, '--sale', '999999'])).error.code).toBe('unknown_sale')
    expect(await rows()).toEqual(all)

    expect((await runJson(['quiz', 'import', own])).value).toEqual({ imported: 1, replaced: 2 })
    expect((await rows()).map(({ question }) => question)).toEqual(['Mine?', 'Mine?'])
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
})
