import { join } from 'node:path'
import { Redis } from 'ioredis'
import { createConnection } from 'mysql2/promise'
import { connectMysql, type Pool } from '../../platform/mysql.ts'
import { ROOT } from '../../platform/root.ts'
import { findProgram } from '../../stack/find-program.ts'
import { choosePort } from '../../stack/ports.ts'
import { answersHttp } from '../../stack/probe.ts'
import type { Stack } from '../../stack/stack.ts'
import { createServersBeside } from '../servers-beside.ts'
import { COUNTER, LEFT, LIST } from './names.ts'
import { writeNginx } from './write-nginx.ts'

/**
 * The yardstick: nginx -> Fastify -> Redis list -> quorum queue -> batch reserve -> batch insert, on the same servers
 * with the same safe settings as the product, and no features: no tokens, no limits, no line, no order of release, no
 * books, no recovery.
 */
export interface Floor {
  origin: string
  mysql: Pool
  processes(): { name: string; pid: number }[]
  /** Empties it and puts stock into it. */
  restock(stock: number): Promise<void>
  stop(): Promise<void>
}

const REDIS_DATABASE = 5

export async function startFloor(
  stack: Stack,
  counts: { gateways: number; workers: number },
): Promise<Floor> {
  const dir = join(stack.dir, 'floor')
  const redisUrl = stack.urls.redis.replace(/\/0$/, `/${REDIS_DATABASE}`)
  const mysqlUrl = `mysql://admin:${stack.secrets.mysqlAdmin}@127.0.0.1:${stack.ports.mysql}/floor`
  await makeTable(mysqlUrl)
  const env = { FLOOR_REDIS_URL: redisUrl, FLOOR_MYSQL_URL: mysqlUrl, FLOOR_AMQP_URL: stack.urls.amqp }

  const servers = createServersBeside(dir)
  const program = async (file: string, name: string, role: 'gateway' | 'worker'): Promise<number> => {
    const port = await choosePort()
    await servers.start({
      ...{ name, role, command: process.execPath, args: [join(ROOT, 'dist', 'benchmarks', 'floor', file)] },
      env: { ...env, FLOOR_PORT: String(port) },
      isReady: () => answersHttp(port, '/internal/health'),
      readyWithinMs: 20_000,
      stopWithinMs: 3_000,
    })
    return port
  }
  const names = (role: string, count: number) => Array.from({ length: count }, (_, i) => `${role}-${i + 1}`)
  const gateways = await Promise.all(
    names('gateway', counts.gateways).map((name) => program('gateway.js', name, 'gateway')),
  )
  await program('pump.js', 'pump', 'gateway')
  await Promise.all(names('worker', counts.workers).map((name) => program('worker.js', name, 'worker')))
  const port = await choosePort()
  const conf = writeNginx(dir, port, gateways)
  await servers.start({
    ...{ name: 'nginx', role: 'nginx', command: findProgram('nginx') ?? 'nginx' },
    args: ['-e', join(dir, 'nginx', 'error.log'), '-c', conf],
    isReady: () => answersHttp(port, '/internal/health'),
    readyWithinMs: 10_000,
    stopWithinMs: 3_000,
  })

  const mysql = connectMysql(mysqlUrl, { connections: 2 })
  const redis = new Redis(redisUrl)
  return {
    origin: `http://127.0.0.1:${port}`,
    mysql,
    processes: servers.processes,
    async restock(stock) {
      await mysql.query('TRUNCATE TABLE orders')
      await redis.del(COUNTER, LIST)
      await redis.set(LEFT, stock)
    },
    async stop() {
      redis.disconnect()
      await mysql.end()
      await servers.stop()
    },
  }
}

async function makeTable(mysqlUrl: string): Promise<void> {
  const db = await createConnection(mysqlUrl.replace(/\/floor$/, ''))
  await db.query('CREATE DATABASE IF NOT EXISTS floor')
  await db.query(
    `CREATE TABLE IF NOT EXISTS floor.orders (
       number     BIGINT UNSIGNED NOT NULL PRIMARY KEY,
       buyer      VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
       created_at DATETIME(3) NOT NULL
     ) ENGINE=InnoDB`,
  )
  await db.end()
}
