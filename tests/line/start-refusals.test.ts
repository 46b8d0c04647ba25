import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { connect } from 'amqplib'
import { createConnection } from 'mysql2/promise'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { ORDERS_QUEUE } from '../../contract/topology.ts'
import { ROOT } from '../../platform/root.ts'
import { choosePort, returnPort } from '../../stack/ports.ts'
import { openShop, type Shop } from '../lend-stack.ts'

const PATIENCE_MS = 20_000

let shop: Shop
beforeAll(async () => {
  shop = await openShop(inject('stack'))
})
afterAll(() => shop?.close())

type Env = Record<string, string | undefined>
const PROGRAMS = { gateway: 'gateway/server.js', worker: 'workers/server.js' }
type Role = keyof typeof PROGRAMS
const ROLES: Role[] = ['gateway', 'worker']

const NEEDS: Record<Role, string[]> = {
  gateway: ['REDIS_URL', 'MYSQL_URL', 'AMQP_URL', 'JWT_SECRET', 'TICKET_SECRET', 'EDGE_KEY'],
  worker: ['REDIS_URL', 'MYSQL_URL', 'AMQP_URL'],
}

/**
 * Starts the built program beside the stack with these changes (undefined: the key is missing). Gives the exit code and
 * what it said; a program that runs on is ended, and its code is undefined.
 */
async function start(
  role: Role,
  changes: Env = {},
): Promise<{ code: number | null | undefined; said: string }> {
  const port = await choosePort()
  const needed = Object.fromEntries(
    NEEDS[role].map((name) => [`SLUICE_${name}`, shop.at.env[`SLUICE_${name}`]]),
  )
  const env: Env = { PATH: process.env.PATH, ...needed, SLUICE_PORT: String(port), ...changes }
  const child = spawn(process.execPath, [join(ROOT, 'dist', PROGRAMS[role])], {
    env: env as NodeJS.ProcessEnv,
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      said += chunk.toString()
    })
  }
  try {
    return await new Promise((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (code) => resolve({ code, said }))
      const deadline = Date.now() + PATIENCE_MS
      const look = () => {
        if (said.includes('Server listening') || Date.now() > deadline) resolve({ code: undefined, said })
        else if (child.exitCode === null) setTimeout(look, 50)
      }
      look()
    })
  } finally {
    child.kill('SIGKILL')
    returnPort(port)
  }
}

async function expectRefusal(role: Role, changes: Env, ...names: string[]): Promise<void> {
  const { code, said } = await start(role, changes)
  expect(code, `it should not have started; it said: ${said}`).toBe(1)
  for (const name of names) expect(said).toContain(name)
  for (const secret of Object.values(shop.at.secrets)) expect(said).not.toContain(secret)
}

test.each(ROLES)('a %s starts where nothing is wrong', async (role) => {
  expect(await start(role)).toMatchObject({ code: undefined })
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
    test.each(ROLES)('%s', (role) => expectRefusal(role, {}, 'Redis', name, value, safe))
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
    test.each(ROLES)('%s', (role) => expectRefusal(role, {}, 'MySQL', name, String(value), String(safe)))
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
    test.each(ROLES)('%s', (role) =>
      expectRefusal(role, { SLUICE_AMQP_URL: url }, 'RabbitMQ', ORDERS_QUEUE, 'x-queue-type', 'quorum'),
    )
  })
})
