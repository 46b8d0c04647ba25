import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { Redis } from 'ioredis'
import { createConnection } from 'mysql2/promise'
import { ROOT } from '../platform/root.ts'
import { choosePort, returnPort } from '../stack/ports.ts'

/** A real server of one's own, on a free port, with its data in a temporary folder that goes with it. */
export interface LentServer {
  url: string
  stop(): Promise<void>
}

const SMALL = ['--innodb-log-file-size=16M', '--innodb-buffer-pool-size=32M', '--user=root']

/** The data folder of a new MariaDB, made once for each version of it in .cache: that takes longer than starting it. */
async function provideEmptyData(dir: string): Promise<string> {
  const { stdout: version } = await promisify(execFile)('mariadbd', ['--no-defaults', '--version'])
  const name = createHash('sha256').update(version).update(SMALL.join()).digest('hex').slice(0, 16)
  const ready = join(ROOT, '.cache', 'mariadb', name)
  if (existsSync(ready)) return ready
  const draft = `${ready}.${process.pid}`
  await mkdir(dirname(draft), { recursive: true })
  await promisify(execFile)('mariadb-install-db', [
    '--no-defaults',
    `--datadir=${draft}`,
    `--tmpdir=${dir}`,
    '--auth-root-authentication-method=normal',
    '--skip-test-db',
    ...SMALL,
  ])
  // Of several that make it at the same time the first one's stays.
  await rename(draft, ready).catch(() => rm(draft, { recursive: true }))
  return ready
}

/** An empty MariaDB with the database `sluice`. */
export async function lendMariadb(): Promise<LentServer> {
  const dir = await mkdtemp(join(tmpdir(), 'lent-mariadb-'))
  const data = join(dir, 'data')
  await cp(await provideEmptyData(dir), data, { recursive: true })
  const port = await choosePort()
  const server = spawn(
    'mariadbd',
    [
      '--no-defaults',
      `--datadir=${data}`,
      `--socket=${join(dir, 's')}`,
      `--pid-file=${join(dir, 'pid')}`,
      // Its own: a MariaDB that starts removes the temporary tables of every other one in the same folder.
      `--tmpdir=${dir}`,
      '--bind-address=127.0.0.1',
      `--port=${port}`,
      '--character-set-server=utf8mb4',
      '--default-time-zone=+00:00',
      // Its data die with it: no need to wait for the disk.
      '--innodb-flush-log-at-trx-commit=0',
      ...SMALL,
    ],
    { stdio: 'ignore' },
  )
  const root = { host: '127.0.0.1', port, user: 'root' }
  await whenReady(server, async () => {
    const db = await createConnection(root)
    await db.query('CREATE DATABASE IF NOT EXISTS sluice')
    await db.end()
  })
  return { url: `mysql://root@127.0.0.1:${port}/sluice`, stop: () => stop(server, dir, port) }
}

/** An empty Redis without persistence. */
export async function lendRedis(): Promise<LentServer> {
  const dir = await mkdtemp(join(tmpdir(), 'lent-redis-'))
  const port = await choosePort()
  const server = spawn(
    'redis-server',
    ['--bind', '127.0.0.1', '--port', String(port), '--dir', dir, '--save', '', '--appendonly', 'no'],
    { stdio: 'ignore' },
  )
  const url = `redis://127.0.0.1:${port}/0`
  await whenReady(server, async () => {
    const redis = new Redis(url, { lazyConnect: true, retryStrategy: null })
    redis.on('error', () => {})
    try {
      await redis.connect()
      await redis.ping()
    } finally {
      redis.disconnect()
    }
  })
  return { url, stop: () => stop(server, dir, port) }
}

async function whenReady(server: ChildProcess, probe: () => Promise<void>): Promise<void> {
  for (const started = Date.now(); ; ) {
    if (server.exitCode !== null) throw new Error(`${server.spawnfile} ended with code ${server.exitCode}`)
    const failure = await probe().then(
      () => undefined,
      (error: unknown) => error,
    )
    if (failure === undefined) return
    if (Date.now() - started > 30_000) {
      server.kill('SIGKILL')
      throw new Error(`${server.spawnfile} is not ready after 30 s`, { cause: failure })
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

async function stop(server: ChildProcess, dir: string, port: number): Promise<void> {
  const ended = new Promise((resolve) => server.once('exit', resolve))
  if (server.exitCode === null && server.signalCode === null) {
    server.kill('SIGKILL')
    await ended
  }
  returnPort(port)
  await rm(dir, { recursive: true, force: true })
}
