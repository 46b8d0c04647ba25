import { type ChildProcess, spawn } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Redis } from 'ioredis'
import type { SaleCard } from '../../contract/snapshot.ts'
import { choosePort } from '../../stack/ports.ts'
import { renderDoor } from '../../stack/render-door.ts'
import { call, eventually } from './call.ts'
import { type GatewayStandIn, startGateway } from './gateway-stand-in.ts'
import { MARKER, openSale } from './sale-cards.ts'

const CHECKOUT = fileURLToPath(new URL('../..', import.meta.url))
export const JWT_SECRET = 'a secret of the door tests, 32 or more'
export const EDGE_KEY = 'edge-key-of-the-door-tests'

/** A real nginx with the checkout's configuration, a real Redis, and recorders in the gateways' place. */
export interface LentDoor {
  flash: number
  shop: number
  ops: number
  gateways: GatewayStandIn[]
  /** A copy of the checkout's nginx/ and lua/, free to edit. */
  root: string
  run: string
  env: Record<string, string>
  confPath: string
  pid: number
  /** Writes the snapshot and waits until the door has pulled it. */
  publish(...cards: SaleCard[]): Promise<void>
  writeSnapshot(text: string): Promise<unknown>
  stopRedis(): Promise<void>
  startRedis(): Promise<void>
  /** Edits tunables.conf, as ops would. */
  tune(change: (conf: string) => string): Promise<void>
  /** `nginx -s reload`; returns when new workers serve. */
  reload(): Promise<void>
  errorLog(): Promise<string>
  stop(): Promise<void>
}

export async function lendDoor(
  options: { gateways?: number; redisDown?: boolean; tune?: (conf: string) => string } = {},
): Promise<LentDoor> {
  const dir = await mkdtemp(join(tmpdir(), 'lent-door-'))
  const root = join(dir, 'checkout')
  const run = join(dir, 'run')
  for (const room of ['nginx', 'lua']) await cp(join(CHECKOUT, room), join(root, room), { recursive: true })
  await mkdir(join(run, 'www'), { recursive: true })
  const tunables = join(root, 'nginx', 'tunables.conf')
  const tune = async (change: (conf: string) => string) =>
    writeFile(tunables, change(await readFile(tunables, 'utf8')))
  // Quick, so that the tests need not wait.
  await tune((conf) => conf.replace('snapshot_pull_ms = 200', 'snapshot_pull_ms = 30'))
  if (options.tune) await tune(options.tune)

  const [flash, shop, ops, redisPort] = [
    await choosePort(),
    await choosePort(),
    await choosePort(),
    await choosePort(),
  ]
  const gateways: GatewayStandIn[] = []
  for (let n = 0; n < (options.gateways ?? 1); n++) gateways.push(await startGateway(await choosePort()))
  const env = {
    SLUICE_REDIS_URL: `redis://:p%40ss@127.0.0.1:${redisPort}/3`,
    SLUICE_JWT_SECRET: JWT_SECRET,
    SLUICE_EDGE_KEY: EDGE_KEY,
  }
  let redisServer: ChildProcess | undefined
  let client: Redis | undefined
  const startRedis = async () => {
    const flags = ['--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--requirepass', 'p@ss']
    redisServer = spawn('redis-server', ['--port', String(redisPort), '--dir', dir, ...flags], {
      stdio: 'ignore',
    })
    client = new Redis(env.SLUICE_REDIS_URL, { retryStrategy: () => 20 })
    client.on('error', () => {})
    await client.ping()
  }
  const stopRedis = async () => {
    client?.disconnect()
    if (redisServer) await kill(redisServer)
    redisServer = undefined
  }
  if (!options.redisDown) await startRedis()

  const confPath = await renderDoor({
    root,
    run,
    bind: '127.0.0.1',
    flashPort: flash,
    shopPort: shop,
    opsPort: ops,
    gateways: gateways.map(({ port }) => ({ host: '127.0.0.1', port })),
    workerProcesses: 2,
    native: true,
  })
  const nginx = spawn('nginx', ['-e', join(run, 'nginx', 'error.log'), '-c', confPath], {
    env: { ...process.env, ...env },
    stdio: 'ignore',
  })
  const errorLog = () => readFile(join(run, 'nginx', 'error.log'), 'utf8')
  try {
    await eventually(async () => {
      if (nginx.exitCode !== null) throw new Error(`nginx did not start:\n${await errorLog()}`)
      return (await call(flash, 'GET', '/api/time')).status === 200
    })
  } catch (error) {
    await stopRedis()
    await kill(nginx)
    for (const gateway of gateways) await gateway.stop()
    throw error
  }

  let seq = 0
  return {
    flash,
    shop,
    ops,
    gateways,
    root,
    run,
    env,
    confPath,
    pid: nginx.pid!,
    publish: async (...cards) => {
      // A sale whose title tells which snapshot the door has.
      const marker = { ...openSale(MARKER), title: `snapshot ${++seq}` }
      const sales = Object.fromEntries([...cards, marker].map((card) => [card.id, card]))
      await client!.set('snapshot', JSON.stringify({ seq, at: Date.now(), sales }))
      await eventually(
        async () => (await call(flash, 'GET', `/api/sales/${MARKER}`)).json?.title === marker.title,
      )
    },
    writeSnapshot: (text) => client!.set('snapshot', text),
    stopRedis,
    startRedis,
    tune,
    reload: async () => {
      const [before, workers] = [(await errorLog()).length, await childrenOf(nginx.pid!)]
      process.kill(nginx.pid!, 'SIGHUP')
      await eventually(async () => {
        if ((await errorLog()).slice(before).includes('[emerg]')) return true
        if ((await errorLog()).slice(before).includes('init_by_lua')) return true
        const now = await childrenOf(nginx.pid!)
        return now.length === workers.length && now.every((pid) => !workers.includes(pid))
      })
    },
    errorLog,
    stop: async () => {
      await stopRedis()
      await kill(nginx, 'SIGTERM')
      for (const gateway of gateways) await gateway.stop()
      await rm(dir, { recursive: true, force: true })
    },
  }
}

const childrenOf = async (pid: number): Promise<string[]> =>
  (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).trim().split(' ')

async function kill(child: ChildProcess, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill(signal)
  await ended
}
