import { connect } from 'amqplib'
import { createConnection } from 'mysql2/promise'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ORDERS_QUEUE } from '../../contract/topology.ts'
import { openShop, type Shop } from '../lend-stack.ts'
import { borrowStack } from './borrow-stack.ts'
import { type Env, NEEDS, ROLES, type Role, startProgram } from './start-program.ts'

let shop: Shop
beforeAll(async () => {
  shop = await openShop(borrowStack())
})
afterAll(() => shop?.close())

/** Each setting is asked of these; of the console one of each server's, since the questions are the same. */
const SELLERS: Role[] = ['gateway', 'worker']

async function expectRefusal(role: Role, changes: Env, ...names: string[]): Promise<void> {
  const { code, said } = await startProgram(shop.at, role, changes)
  expect(code, `it should not have started; it said: ${said}`).toBe(1)
  for (const name of names) expect(said).toContain(name)
  for (const secret of Object.values(shop.at.secrets)) expect(said).not.toContain(secret)
}

test.each(ROLES)('a %s starts where nothing is wrong', async (role) => {
  expect(await startProgram(shop.at, role)).toMatchObject({ code: undefined })
})

describe('its own settings', () => {
  test.each(ROLES)('a %s without any names each that is missing', (role) => {
    const names = NEEDS[role].map((name) => `SLUICE_${name}`)
    const none = Object.fromEntries(names.map((name) => [name, undefined]))
    return expectRefusal(role, none, ...names.map((name) => `${name}: is missing`))
  })

  const WRONG: Record<Role, Env> = {
    gateway: {
      SLUICE_REDIS_URL: 'http://127.0.0.1',
      SLUICE_JWT_SECRET: 'short',
      SLUICE_TICKET_SECRET: 'x'.repeat(31),
      SLUICE_EDGE_KEY: '',
      SLUICE_PORT: '70000',
      SLUICE_LEASE_MS: 'soon',
      SLUICE_LOG_LEVEL: 'loud',
      SLUICE_DEV_SIGN_IN: 'maybe',
    },
    worker: {
      SLUICE_MYSQL_URL: 'postgres://127.0.0.1',
      SLUICE_PREFETCH: '0',
      SLUICE_FLUSH_ORDERS: '1.5',
      SLUICE_NAME: 'no spaces please',
    },
    console: { SLUICE_OPS_SECRET: 'short', SLUICE_EDGE_KEY: '', SLUICE_PORT: '0' },
  }
  test.each(ROLES)('a %s names each that is wrong', (role) =>
    expectRefusal(role, WRONG[role], ...Object.keys(WRONG[role]).map((name) => `${name}: `)),
  )

  test('one short secret is enough', () =>
    expectRefusal('gateway', { SLUICE_JWT_SECRET: 'x'.repeat(31) }, 'SLUICE_JWT_SECRET: '))

  test.each(ROLES)('a %s with one that does not exist', (role) =>
    expectRefusal(role, { SLUICE_JWT_SECRETS: 'x'.repeat(40) }, 'SLUICE_JWT_SECRETS: no such setting'),
  )
})

describe('unsafe servers', () => {
  describe.each([
    ['appendonly', 'no'],
    ['appendfsync', 'everysec'],
    ['maxmemory-policy', 'allkeys-lru'],
  ])('Redis with %s %s', (name, value) => {
    let safe: string
    beforeAll(async () => {
      safe = ((await shop.redis.config('GET', name)) as string[])[1]!
      await shop.redis.config('SET', name, value)
    })
    afterAll(() => shop.redis.config('SET', name, safe))
    test.each(name === 'appendonly' ? ROLES : SELLERS)('%s', (role) =>
      expectRefusal(role, {}, 'Redis', name, value, safe),
    )
  })

  describe.each([
    ['sync_binlog', 0],
    ['innodb_flush_log_at_trx_commit', 2],
    ['binlog_format', 'STATEMENT'],
  ])('MySQL with %s=%s', (name, value) => {
    const set = async (to: string | number) => {
      const { mysqlAdmin } = shop.at.secrets
      const admin = await createConnection({
        ...{ host: '127.0.0.1', port: shop.at.ports.mysql, user: 'admin', password: mysqlAdmin },
      })
      const [[before]] = (await admin.query(`SELECT @@GLOBAL.${name} AS value`)) as unknown as [
        [{ value: string | number }],
      ]
      await admin.query(`SET GLOBAL ${name} = ?`, [to])
      await admin.end()
      return before.value
    }
    let safe: string | number
    beforeAll(async () => {
      safe = await set(value)
    })
    afterAll(() => set(safe))
    test.each(name === 'sync_binlog' ? ROLES : SELLERS)('%s', (role) =>
      expectRefusal(role, {}, 'MySQL', name, String(value), String(safe)),
    )
  })

  describe('RabbitMQ with a classic orders queue', () => {
    const VHOST = 'classic'
    const manage = async (method: string, path: string, body?: object) => {
      const { username, password, origin } = new URL(shop.at.urls.management)
      const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
      const answer = await fetch(`${origin}/api/${path}`, {
        method,
        headers: { authorization, 'content-type': 'application/json' },
        body: body ? JSON.stringify(body) : null,
      })
      if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status}`)
    }
    let url: string
    beforeAll(async () => {
      await manage('PUT', `vhosts/${VHOST}`)
      await manage('PUT', `permissions/${VHOST}/sluice`, { configure: '.*', write: '.*', read: '.*' })
      const there = new URL(shop.at.urls.amqp)
      there.pathname = `/${VHOST}`
      url = there.href
      const connection = await connect(url)
      const channel = await connection.createChannel()
      await channel.assertQueue(ORDERS_QUEUE, { durable: true })
      await connection.close()
    })
    afterAll(() => manage('DELETE', `vhosts/${VHOST}`))
    test.each(SELLERS)('%s', (role) =>
      expectRefusal(role, { SLUICE_AMQP_URL: url }, 'RabbitMQ', ORDERS_QUEUE, 'x-queue-type', 'quorum'),
    )
  })
})
