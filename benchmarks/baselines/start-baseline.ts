import { join } from 'node:path'
import { Queue } from 'bullmq'
import { Redis } from 'ioredis'
import { createConnection } from 'mysql2/promise'
import { connectMysql, type Pool } from '../../platform/mysql.ts'
import { ROOT } from '../../platform/root.ts'
import { findProgram } from '../../stack/find-program.ts'
import { choosePort } from '../../stack/ports.ts'
import { answersHttp } from '../../stack/probe.ts'
import type { Stack } from '../../stack/stack.ts'
import { writeNginx } from '../floor/write-nginx.ts'
import { createServersBeside } from '../servers-beside.ts'
import { DATABASE, NUMBER, QUEUE, STOCK } from './names.ts'

const PROGRAMS = {
  'one transaction': { gateway: 'one-transaction.js', worker: undefined },
  'redis and bullmq': { gateway: 'bullmq-gateway.js', worker: 'bullmq-worker.js' },
} as const

export type BaselineName = keyof typeof PROGRAMS
export const BASELINES = Object.keys(PROGRAMS) as BaselineName[]

/** What a team would write first, on the same servers, with the same safe settings. */
export interface Baseline {
  origin: string
  mysql: Pool
  /** Empties it and puts stock into it. */
  restock(stock: number): Promise<void>
  /** Whether nothing is on its way any more. */
  idle(): Promise<boolean>
  /** kill -9; it is started again. */
  kill(name: string): void
  stop(): Promise<void>
}

const REDIS_DATABASE = 6
const COUNT = 2

export async function startBaseline(stack: Stack, name: BaselineName): Promise<Baseline> {
  const dir = join(stack.dir, name.replaceAll(' ', '-'))
  const redisUrl = stack.urls.redis.replace(/\/0$/, `/${REDIS_DATABASE}`)
  const mysqlUrl = `mysql://admin:${stack.secrets.mysqlAdmin}@127.0.0.1:${stack.ports.mysql}/${DATABASE}`
  await makeTables(mysqlUrl)
  const env = { BASELINE_REDIS_URL: redisUrl, BASELINE_MYSQL_URL: mysqlUrl }
  const servers = createServersBeside(dir)
  const program = async (role: 'gateway' | 'worker', file: string, nth: number): Promise<number> => {
    const port = await choosePort()
    await servers.start({
      ...{ name: `${role}-${nth}`, role, command: process.execPath },
      args: [join(ROOT, 'dist', 'benchmarks', 'baselines', file)],
      env: { ...env, BASELINE_PORT: String(port) },
      isReady: () => answersHttp(port, '/internal/health'),
      ...{ readyWithinMs: 20_000, stopWithinMs: 3_000 },
    })
    return port
  }
  const several = (role: 'gateway' | 'worker', file: string | undefined): Promise<number[]> =>
    Promise.all(file === undefined ? [] : Array.from({ length: COUNT }, (_, i) => program(role, file, i + 1)))

  const gateways = await several('gateway', PROGRAMS[name].gateway)
  await several('worker', PROGRAMS[name].worker)
  const port = await choosePort()
  await servers.start({
    ...{ name: 'nginx', role: 'nginx', command: findProgram('nginx') ?? 'nginx' },
    args: ['-e', join(dir, 'nginx', 'error.log'), '-c', writeNginx(dir, port, gateways)],
    isReady: () => answersHttp(port, '/internal/health'),
    ...{ readyWithinMs: 10_000, stopWithinMs: 3_000 },
  })

  const mysql = connectMysql(mysqlUrl, { connections: 2 })
  const redis = new Redis(redisUrl, { maxRetriesPerRequest: null })
  const queue = new Queue(QUEUE, { connection: redis })
  return {
    ...{ origin: `http://127.0.0.1:${port}`, mysql },
    async restock(stock) {
      await mysql.query('TRUNCATE TABLE orders')
      await mysql.query('REPLACE INTO stock (id, units) VALUES (1, ?)', [stock])
      await redis.set(STOCK, stock)
      await redis.del(NUMBER)
    },
    async idle() {
      const { waiting, active, delayed } = await queue.getJobCounts('waiting', 'active', 'delayed')
      return waiting! + active! + delayed! === 0
    },
    kill: servers.kill,
    async stop() {
      await queue.obliterate({ force: true })
      redis.disconnect()
      await mysql.end()
      await servers.stop()
    },
  }
}

async function makeTables(mysqlUrl: string): Promise<void> {
  const db = await createConnection(mysqlUrl.replace(new RegExp(`/${DATABASE}$`), ''))
  await db.query(`CREATE DATABASE IF NOT EXISTS ${DATABASE}`)
  await db.query(
    `CREATE TABLE IF NOT EXISTS ${DATABASE}.orders (
       number     BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
       buyer      VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL UNIQUE,
       created_at DATETIME(3) NOT NULL
     ) ENGINE=InnoDB`,
  )
  await db.query(
    `CREATE TABLE IF NOT EXISTS ${DATABASE}.stock (id INT NOT NULL PRIMARY KEY, units INT NOT NULL) ENGINE=InnoDB`,
  )
  await db.end()
}
