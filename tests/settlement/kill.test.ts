import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { auditSale } from '../../ops/audit/audit-sale.ts'
import { connectMysql, select } from '../../platform/mysql.ts'
import { connectRedis } from '../../platform/redis.ts'
import { ROOT } from '../../platform/root.ts'
import { workerEnv } from '../../stack/local-env.ts'
import { choosePort, returnPort } from '../../stack/ports.ts'
import type { Stack } from '../../stack/stack.ts'
import { createRandom } from '../faults/random.ts'
import { lendStack } from '../lend-stack.ts'
import type { LentStores } from '../lend-stores.ts'
import { readBack, sold } from './settled-shop.ts'
import { openTripwire, type Tripwire } from './tripwire.ts'

/** Whatever is killed on the way from the settlement to the shop: the shop gets its units and its orders exactly once. */

let stack: Stack
let stores: LentStores
let wire: Tripwire
const ports: number[] = []
const running = new Set<ChildProcess>()
/** The shop is not started again any more. */
let over = false

beforeAll(async () => {
  stack = await lendStack({ roles: ['mysql', 'redis', 'rabbitmq'], gateways: 0, workers: 0 })
  const mysql = connectMysql(stack.urls.mysql, { connections: 8 })
  const redis = connectRedis(stack.urls.redis, 'test')
  redis.on('error', () => {})
  await redis.connect()
  stores = { mysql, redis, stop: async () => {} }
  wire = await openTripwire(stack.ports.mysql)
})

afterAll(async () => {
  over = true
  for (const child of running) child.kill('SIGKILL')
  await wire?.close()
  stores?.redis.disconnect()
  await stores?.mysql.end()
  await stack?.stop()
  for (const port of ports) returnPort(port)
})

/** One of our own programs, with the wire in its way to MySQL. */
async function run(program: string, args: string[], env: Record<string, string>): Promise<ChildProcess> {
  const port = await choosePort()
  ports.push(port)
  const mysql = new URL(stack.urls.mysql)
  mysql.port = String(wire.port)
  const child = spawn(process.execPath, [join(ROOT, 'dist', program), ...args], {
    env: { PATH: process.env.PATH, ...env, SLUICE_MYSQL_URL: mysql.href, SLUICE_PORT: String(port) },
    stdio: 'ignore',
  })
  running.add(child)
  child.once('exit', () => running.delete(child))
  return child
}

const ended = (child: ChildProcess): Promise<number | null> =>
  child.exitCode !== null || child.signalCode !== null
    ? Promise.resolve(child.exitCode)
    : new Promise((resolve) => child.once('exit', resolve))

const settle = (sale: number) => {
  const { SLUICE_PORT: _, ...env } = stack.env
  return run('ops/sluice.js', ['sale', 'settle', String(sale), '--json'], env)
}

const worker = () => run('workers/server.js', [], workerEnv(stack.env))

async function until(holds: () => Promise<boolean>, what: string): Promise<void> {
  for (const deadline = Date.now() + 90_000; !(await holds()); await sleep(50)) {
    if (Date.now() > deadline) throw new Error(`not ${what} after 90 s`)
  }
}

const count = async (sql: string, sale: number): Promise<number> =>
  Number((await select<{ n: number }>(stores.mysql, sql, [sale]))[0]!.n)

const waiting = (sale: number) =>
  count('SELECT COUNT(*) AS n FROM outbox WHERE sale_id = ? AND sent_at IS NULL', sale)

test('settlement, telling and taking survive kill -9 anywhere', async () => {
  const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 1e9))
  console.log(`settlement: SEED=${seed}`)
  const random = createRandom(seed)
  const paid = random.whole(5, 14)
  const buyers = Array.from({ length: paid }, (_, i) => `buyer${i + 1}`)
  const shop = await sold(stores, { stock: paid + 7, buyers, paid })
  const { sale } = shop

  // Killed as it asks for the commit: nothing has happened.
  let child = await settle(sale)
  await wire.arm(['INSERT INTO settlements', 'COMMIT'], 'before', () => child.kill('SIGKILL'))
  await ended(child)
  await until(
    async () => (await count('SELECT COUNT(*) AS n FROM outbox WHERE sale_id = ?', sale)) === 0,
    'undone',
  )
  expect(await readBack(shop)).toMatchObject({ phase: 'closed', onHand: 0, told: [] })

  // Killed between the commit and its answer: all has happened, and the next one finishes it.
  child = await settle(sale)
  await wire.arm(['INSERT INTO settlements', 'COMMIT'], 'after', () => child.kill('SIGKILL'))
  await ended(child)
  const settled = await readBack(shop)
  expect(settled).toMatchObject({
    phase: 'settled',
    onHand: 7,
    moves: [`registered -${paid + 7}`, 'settled 7'],
  })
  expect(await stores.redis.exists(`sale:{${sale}}`)).toBe(1)
  const [one, two] = await Promise.all([settle(sale), settle(sale)])
  expect(await Promise.all([ended(one), ended(two)])).toEqual([0, 0])
  expect(await stores.redis.exists(`sale:{${sale}}`)).toBe(0)

  // Killed between publishing and marking: told again, later, under the same IDs.
  child = await worker()
  await wire.arm(['UPDATE outbox SET sent_at'], 'before', () => child.kill('SIGKILL'))
  await ended(child)
  expect(await waiting(sale)).toBe(paid)

  // RabbitMQ dies with what it has confirmed; the workers share what is not marked.
  const workers = [await worker(), await worker()]
  await wire.arm(['UPDATE outbox SET sent_at'], random.pick(['before', 'after']), () =>
    stack.kill('rabbitmq', 'SIGKILL'),
  )
  await until(async () => (await waiting(sale)) === 0, 'all told')

  // The shop dies between its commit and its ack, again and again, and does not want every message at once.
  const dir = join(stack.dir, 'shop')
  mkdirSync(dir)
  writeFileSync(join(dir, 'behaviour.json'), JSON.stringify({ seed, shopCrash: 0.1, shopRefuse: 0.2 }))
  let lives = 0
  const living = (async () => {
    while (!over) {
      lives++
      await ended(await run('sandbox/server.js', [], shopEnv(dir)))
    }
  })()
  // Each was told at least twice: by the worker that died, and by the next.
  const kept =
    'SELECT COUNT(*) AS n FROM shop_orders WHERE message_id LIKE CONCAT(?, "-%") AND deliveries >= 2'
  await until(async () => (await count(kept, sale)) === paid, 'all kept')
  over = true
  for (const one of [...workers, ...running]) one.kill('SIGKILL')
  await living

  const rows = await select<{ message_id: string; buyer: string; quantity: number }>(
    stores.mysql,
    'SELECT message_id, buyer, quantity FROM shop_orders ORDER BY LENGTH(message_id), message_id',
  )
  expect(rows.map(({ message_id, buyer, quantity }) => [message_id, buyer, quantity])).toEqual(
    buyers.map((buyer, i) => [`${sale}-${i + 1}`, buyer, 1]),
  )
  expect(await readBack(shop)).toEqual(settled)
  expect((await auditSale(stores, sale, []))?.audit).toMatchObject({ ok: true, problems: [] })
  console.log(`settlement: ${paid} orders, ${lives} lives of the shop`)
}, 240_000)

const shopEnv = (dir: string): Record<string, string> => ({
  SLUICE_PAYMENT_KEY: stack.secrets.paymentKey,
  SLUICE_WEBHOOK_SECRET: stack.secrets.webhook,
  SLUICE_WEBHOOK_URL: 'http://127.0.0.1:1/',
  SLUICE_SANDBOX_URL: 'http://127.0.0.1:1/',
  SLUICE_SANDBOX_DIR: dir,
  SLUICE_AMQP_URL: stack.urls.amqp,
})
