import { afterAll, beforeAll, expect, test } from 'vitest'
import { saleKeys } from '../../contract/keys.ts'
import { select } from '../../platform/mysql.ts'
import { type LentCommandLine, lendCommandLine, NEW } from './lend-command-line.ts'

// Real servers on a machine that runs other tests beside these.
let line: LentCommandLine
beforeAll(async () => {
  line = await lendCommandLine()
})
afterAll(() => line?.stop())

test('sale create: the defaults, published and preloaded', async () => {
  const before = Date.now()
  const { code, value } = await line.runJson(NEW)
  expect(code).toBe(0)
  expect(value).toEqual({ id: expect.any(Number) })
  const row = await line.readRow(value.id)
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
  expect(await line.redis.hmget(saleKeys(value.id).card, 'left', 'phase')).toEqual(['7', 'published'])
})

test('sale create: every option', async () => {
  const id = await line.newSale(
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
  expect(await line.readRow(id)).toMatchObject({
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
  expect(await line.readRow(await line.newSale(...options))).toMatchObject(expected)
})

test('sale create: seconds from now, a rate, a share', async () => {
  const before = Date.now()
  const id = await line.newSale(
    '--opens-at',
    '+60',
    '--closes-at',
    '+90.5',
    '--release',
    '3/250',
    '--standby',
    '50%',
  )
  const row = await line.readRow(id)
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
  ['--price', '0'],
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
  const [before] = await select(line.mysql, 'SELECT COUNT(*) AS n FROM sales')
  const { code, value: printed, error } = await line.runJson([...NEW, option, value])
  expect({ code, printed }).toEqual({ code: 2, printed: undefined })
  expect(error.code).toBe('invalid_request')
  expect(error.message).toContain(option)
  expect(error.message).toMatch(/must be|argument missing/i)
  expect(await select(line.mysql, 'SELECT COUNT(*) AS n FROM sales')).toEqual([before])
})

test.each([
  ['payment', '30', '60'],
  ['order', '30', '60'],
  ['hold', '60', '60'],
  ['hold', '61', '60'],
])('a sale that deducts at %s with a hold of %s s of %s s is refused', async (deduct, hold, payWithin) => {
  const { code, error } = await line.runJson([
    ...[...NEW, '--deduct', deduct, '--hold', hold, '--pay-within', payWithin],
  ])
  expect({ code, kind: error.code }).toEqual({ code: 2, kind: 'invalid_request' })
  expect(error.message).toContain('--hold')
})

test('a title of 200 characters, emoji and quotes survives', async () => {
  const title = `${'☂️🌂'.repeat(40)}'"\\%`.slice(0, 200)
  const { value } = await line.runJson(['sale', 'create', '--title', title, '--stock', '1', '--price', '1'])
  expect((await line.readRow(value.id)).title).toBe(title)
})

test('servers that are down are named, and what was written is said', async () => {
  const noMysql = await line.runJson(['sale', 'list'], {
    ...line.env,
    SLUICE_MYSQL_URL: 'mysql://a:b@127.0.0.1:1/c',
  })
  expect(noMysql).toMatchObject({ code: 1, error: { code: 'unavailable' } })
  expect(noMysql.error.message).toBe('MySQL at 127.0.0.1:1 does not answer (ECONNREFUSED)')
  const noRedis = await line.runJson(NEW, { ...line.env, SLUICE_REDIS_URL: 'redis://127.0.0.1:1/0' })
  expect(noRedis).toMatchObject({ code: 1, error: { code: 'unavailable' } })
  expect(noRedis.error.message).toContain('Redis at 127.0.0.1:1')
})
