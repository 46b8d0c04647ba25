import { spawn } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { SaleCard, Snapshot } from '../../contract/snapshot.ts'
import { provideCertificate } from '../../stack/certificate.ts'
import { provideKeyFile } from '../../stack/key-file.ts'
import { choosePort } from '../../stack/ports.ts'
import { renderDoor } from '../../stack/render-door.ts'
import { call, eventually, pause } from './call.ts'
import { endProcess } from './end-process.ts'
import { type GatewayStandIn, startGateway } from './gateway-stand-in.ts'
import { redisWithPassword } from './redis-with-password.ts'
import { MARKER, openSale } from './sale-cards.ts'

const CHECKOUT = fileURLToPath(new URL('../..', import.meta.url))
export const JWT_SECRET = 'a secret of the door tests, 32 or more'
export const TICKET_SECRET = 'a secret of the tickets, 32 or more'
export const EDGE_KEY = 'edge-key-of-the-door-tests'

/** A real nginx with the checkout's configuration, a real Redis, and recorders in the gateways' place. */
export interface LentDoor {
  flash: number
  shop: number
  ops: number
  /** The flash domain over TLS, where it was asked for. */
  tls: { port: number; cert: string; key: string } | undefined
  gateways: GatewayStandIn[]
  /** A copy of the checkout's nginx/ and lua/, free to edit. */
  root: string
  run: string
  env: Record<string, string>
  confPath: string
  pid: number
  /** What the published snapshots say besides sales. */
  steering: Pick<Snapshot, 'switches' | 'hotUsers'>
  /** Writes the snapshot and waits until the door has pulled it. */
  publish(...cards: SaleCard[]): Promise<void>
  writeSnapshot(text: string): Promise<unknown>
  stopRedis(): Promise<void>
  startRedis(): Promise<void>
  /** Writes the block list as a gateway does; the next snapshot names its version. `scores`: buyer -> risk. */
  writeBlocks(scores: Record<string, number>): Promise<void>
  /** Edits tunables.conf, or another of the tunables files, as ops would. */
  tune(change: (conf: string) => string, file?: string): Promise<void>
  /** `nginx -s reload`; returns when only new workers serve, or when nginx has refused it. */
  reload(): Promise<void>
  /** Ends nginx and starts it anew: all that it had in shared memory is gone. */
  restart(): Promise<void>
  errorLog(): Promise<string>
  /** Waits until the door trusts so many gateways; all by default. */
  whenUp(count?: number): Promise<void>
  stop(): Promise<void>
}

export async function lendDoor(
  options: {
    gateways?: number
    /** The shop's own servers, where it shares this nginx with the sale. */
    shopServers?: GatewayStandIn[]
    redisDown?: boolean
    tls?: boolean
    tune?: (conf: string) => string
    /** Another door, whose Redis this one shares. */
    beside?: LentDoor
    env?: Record<string, string>
  } = {},
): Promise<LentDoor> {
  const dir = await mkdtemp(join(tmpdir(), 'lent-door-'))
  const root = join(dir, 'checkout')
  const run = join(dir, 'run')
  for (const room of ['nginx', 'lua']) await cp(join(CHECKOUT, room), join(root, room), { recursive: true })
  await mkdir(join(run, 'www'), { recursive: true })
  const tune = async (change: (conf: string) => string, file = 'tunables.conf') => {
    const path = join(root, 'nginx', file)
    await writeFile(path, change(await readFile(path, 'utf8')))
  }
  // Quick, so that the tests need not wait.
  await tune((conf) => conf.replace('snapshot_pull_ms = 200', 'snapshot_pull_ms = 30'))
  if (options.tune) await tune(options.tune)

  const [flash, shop, ops] = [await choosePort(), await choosePort(), await choosePort()]
  const tls = options.tls
    ? { port: await choosePort(), ...(await provideCertificate(join(run, 'tls'))) }
    : undefined
  const gateways: GatewayStandIn[] = []
  for (let n = 0; n < (options.gateways ?? 1); n++) gateways.push(await startGateway(await choosePort()))
  const redis = options.beside ? redisOf(options.beside) : redisWithPassword(await choosePort(), dir)
  const env = {
    SLUICE_REDIS_URL: redis.url,
    SLUICE_JWT_SECRET: JWT_SECRET,
    SLUICE_TICKET_SECRET: TICKET_SECRET,
    SLUICE_EDGE_KEY: EDGE_KEY,
    ...options.env,
    SLUICE_KEY_FILE: provideKeyFile(join(run, 'keys')),
  }
  if (!options.redisDown) await redis.start()

  const confPath = await renderDoor({
    root,
    run,
    bind: '127.0.0.1',
    flashPort: flash,
    shopPort: shop,
    opsPort: ops,
    tls,
    gateways: gateways.map(({ port }) => ({ host: '127.0.0.1', port })),
    // By name, as among containers.
    shopServers: options.shopServers?.map(({ port }) => ({ host: 'localhost', port })) ?? [],
    workerProcesses: 2,
    native: true,
  })
  const errorLog = () => readFile(join(run, 'nginx', 'error.log'), 'utf8')
  const start = () =>
    spawn('nginx', ['-e', join(run, 'nginx', 'error.log'), '-c', confPath], {
      env: { ...process.env, ...env },
      stdio: 'ignore',
    })
  const untilItServes = () =>
    eventually(async () => {
      if (nginx.exitCode !== null) throw new Error(`nginx did not start:\n${await errorLog()}`)
      return (await call(flash, 'GET', '/api/time')).status === 200
    })
  let nginx = start()
  try {
    await untilItServes()
  } catch (error) {
    await redis.stop()
    await endProcess(nginx)
    for (const gateway of gateways) await gateway.stop()
    throw error
  }

  let seq = 0
  let blocks: string | undefined
  const steering: LentDoor['steering'] = {}
  return {
    steering,
    flash,
    shop,
    ops,
    tls,
    gateways,
    root,
    run,
    env,
    confPath,
    get pid() {
      return nginx.pid!
    },
    publish: async (...cards) => {
      // A sale whose title tells which snapshot the door has.
      const marker = { ...openSale(MARKER), title: `snapshot ${++seq}` }
      const sales = Object.fromEntries([...cards, marker].map((card) => [card.id, card]))
      await redis.set('snapshot', JSON.stringify({ seq, at: Date.now(), blocks, sales, ...steering }))
      await eventually(
        async () => (await call(flash, 'GET', `/api/sales/${MARKER}`)).json?.title === marker.title,
      )
    },
    writeBlocks: async (scores) => {
      blocks = `list ${++seq}`
      await redis.hset('blocks', { '': blocks, ...scores })
    },
    writeSnapshot: (text) => redis.set('snapshot', text),
    stopRedis: redis.stop,
    startRedis: redis.start,
    tune,
    reload: async () => {
      const [before, workers] = [(await errorLog()).length, await childrenOf(nginx.pid!)]
      process.kill(nginx.pid!, 'SIGHUP')
      await eventually(async () => {
        if (/\[emerg\]|init_by_lua/.test((await errorLog()).slice(before))) return true
        const now = await childrenOf(nginx.pid!)
        return now.length === workers.length && now.every((pid) => !workers.includes(pid))
      })
    },
    restart: async () => {
      await endProcess(nginx, 'SIGTERM')
      nginx = start()
      await untilItServes()
    },
    errorLog,
    whenUp: async (count = gateways.length) => {
      await eventually(async () => {
        const { text } = await call(ops, 'GET', '/metrics')
        return [...text.matchAll(/^sluice_door_gateway_up\{gateway="flash.*\} 1$/gm)].length === count
      })
      // The metrics are asked of one worker; each of the others looks again after 10 ms.
      await pause(30)
    },
    stop: async () => {
      await redis.stop()
      await endProcess(nginx, 'SIGTERM')
      for (const gateway of gateways) await gateway.stop()
      await rm(dir, { recursive: true, force: true })
    },
  }
}

/** A door beside another neither starts nor stops its Redis. */
const redisOf = (door: LentDoor) => ({
  url: door.env.SLUICE_REDIS_URL!,
  start: async () => {},
  stop: async () => {},
  hset: async (_key: string, scores: Record<string, string | number>) =>
    door.writeBlocks(scores as Record<string, number>),
  set: (_key: string, value: string) => door.writeSnapshot(value),
})

const childrenOf = async (pid: number): Promise<string[]> =>
  (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).trim().split(' ')
