import { join } from 'node:path'
import { provideOperator } from '../ops/operators/provide-operator.ts'
import { publishAssets } from '../ops/pages/publish-page.ts'
import type { ConsoleAddress, Role, StackProcess } from '../platform/local-stack/record.ts'
import { migrate } from '../platform/migrate.ts'
import { ROOT } from '../platform/root.ts'
import { allPorts, choosePorts, type StackPorts, type StackUrls, urlsOf } from './addresses.ts'
import { type Certificate, provideCertificate } from './certificate.ts'
import { type DoorAddress, listDoors, planDoors } from './doors.ts'
import { provideKeyFile } from './key-file.ts'
import { consoleEnv, doorEnv, gatewayEnv, localEnv, sandboxEnv, tracing, workerEnv } from './local-env.ts'
import { planMysql } from './mariadb.ts'
import { planNodeProcess } from './node-process.ts'
import { returnPort } from './ports.ts'
import { metricsTargets, writeMetricsTargets } from './prometheus-targets.ts'
import { planEpmd, planRabbitmq } from './rabbitmq.ts'
import { planRedis } from './redis.ts'
import { claimRunFolder, removeRecord, writeRecord } from './run-folder.ts'
import { readSecrets, type Secrets } from './secrets.ts'
import { planShop } from './shop.ts'
import { type ServerPlan, type Supervised, supervise } from './supervise.ts'

export interface StackOptions {
  /** The run folder: data, logs, credentials. A second start of the same folder resumes its data. */
  dir: string
  /** How many of each; 2. */
  gateways?: number
  workers?: number
  /** How many nginx instances of the flash domain; 1. The first is `nginx`, the others `nginx-2` and so on. */
  doors?: number
  /** Taken where they are free, else others. */
  ports?: Partial<StackPorts>
  /** Further SLUICE_* environment of a role. */
  env?: Partial<Record<'gateway' | 'worker' | 'sandbox' | 'console' | 'nginx', Record<string, string>>>
  door?: { workerProcesses?: number | 'auto' }
  /** The flash domain's own certificate; one for development is made where it is left out. */
  certificate?: Certificate | undefined
  /** Starts these only; RabbitMQ brings its epmd. Everything by default. */
  roles?: readonly Role[]
  /** Where lua/, nginx/, dist/ and web/ are; this checkout by default. */
  root?: string
  onProgress?: (line: string) => void
}

/** A running stack of real servers. */
export interface Stack {
  /** The run folder's real path. */
  dir: string
  urls: StackUrls
  /** Every nginx of the flash domain, the one of `urls` first. */
  doors: DoorAddress[]
  ports: StackPorts
  secrets: Secrets
  /** What the flash domain proves itself with over TLS. */
  tls: Certificate
  console: ConsoleAddress | undefined
  /** The SLUICE_* environment with which our own programs reach this stack. */
  env: Record<string, string>
  /** Those that run right now, epmd among them. */
  processes: () => StackProcess[]
  /** Sends a signal to one process; when it dies of it, it is started again. */
  kill: (name: string, signal: NodeJS.Signals) => void
  /** Ends a process and keeps it down, until `startProcess`. */
  stopProcess: (name: string) => Promise<void>
  startProcess: (name: string) => Promise<void>
  /** Resolves when the process works (again); rejects when it does not within its time. */
  waitReady: (name: string, withinMs?: number) => Promise<void>
  /** Ends everything, in order. */
  stop: () => Promise<void>
  /** Kills everything at once, without waiting. */
  killNow: () => void
}

/** What a whole stack consists of. */
export const ROLES: readonly Role[] = [
  ...(['mysql', 'redis', 'rabbitmq', 'nginx', 'shop', 'gateway', 'worker', 'sandbox', 'console'] as const),
]

/** Whom the local stack lets into the console; the password stands in its secrets. */
const OPERATOR = 'admin'

/**
 * Starts the real servers from a run folder and keeps them running: MySQL, Redis and RabbitMQ side by side, then
 * migrations, gateways, workers and the payment sandbox, then the door. Resolves when all of them work; rejects, with nothing left running,
 * when one can not start. Throws StackRuns when a stack already runs from this folder.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { doors = 1, gateways = 2, workers = 2, roles = ROLES, root = ROOT, onProgress = () => {} } = options
  const began = Date.now()
  const { dir, ended, record } = await claimRunFolder(options.dir)
  if (ended.length > 0) onProgress(`ended what an earlier run left behind: ${ended.join(', ')}`)
  const servers: Supervised[] = []
  let closed = false

  const keepRecord = () => {
    if (closed) return
    record.processes = servers.flatMap(({ name, role, identity }) => {
      const known = identity()
      return known === undefined ? [] : [{ name, role, ...known }]
    })
    writeRecord(dir, record)
  }
  // Whatever ends this process, short of kill -9, ends its children too.
  const killNow = () => {
    closed = true
    for (const server of servers) server.killNow()
    removeRecord(dir)
  }
  process.once('exit', killNow)

  const stop = async () => {
    if (closed) return
    record.phase = 'stopping'
    keepRecord()
    await stopAll(servers)
    closed = true
    removeRecord(dir)
    process.off('exit', killNow)
    for (const port of allPorts(ports)) returnPort(port)
  }

  const ports = await choosePorts(gateways, workers, options.ports, doors)
  const secrets = readSecrets(dir)
  const urls = await urlsOf(ports, secrets)
  const doorList = await listDoors(ports)
  const flashes = doorList.map(({ flash }) => flash)
  const env = localEnv(urls, secrets, join(dir, 'www'), provideKeyFile(join(dir, 'keys')), flashes)
  Object.assign(record, { urls, env })
  if (doors > 1) record.doors = doorList.map(({ port, ...door }) => door)
  let tls: Certificate

  const start = async (plan: ServerPlan) => {
    const since = Date.now()
    const server = supervise(dir, plan, keepRecord, (name, forMs) =>
      onProgress(`${name} has not answered for ${forMs / 1000} s: killed, it starts again`),
    )
    servers.push(server)
    await server.start()
    if (plan.role !== 'epmd') onProgress(`${plan.name} is ready (${seconds(since)})`)
  }
  const wants = (role: Role) => roles.includes(role)
  const doorNames = doorList.map(({ name }) => name)
  writeMetricsTargets(dir, metricsTargets(ports, doorNames, wants))

  try {
    tls = options.certificate ?? (await provideCertificate(join(dir, 'tls')))
    await allOf([
      wants('mysql') && start(planMysql(dir, ports.mysql, secrets)),
      wants('redis') && start(planRedis(dir, ports.redis, secrets)),
      wants('rabbitmq') && start(planEpmd(ports)).then(() => start(planRabbitmq(dir, ports, secrets))),
    ])
    if (wants('mysql')) {
      const applied = await migrate(urls.mysql)
      if (applied.length > 0) onProgress(`migrated: ${applied.join(', ')}`)
      if (wants('console')) {
        await provideOperator(urls.mysql, OPERATOR, secrets.admin)
        record.console = { url: urls.ops, name: OPERATOR, password: secrets.admin }
      }
    }
    const sandbox = { ...sandboxEnv(env, join(dir, 'sandbox')), ...options.env?.sandbox }
    const consoleSettings = { ...consoleEnv(env), ...options.env?.console }
    const many = (role: 'gateway' | 'worker', list: number[], own: Record<string, string>) =>
      list.map(async (port, index) => {
        const extra = { ...own, ...tracing(process.env), ...options.env?.[role] }
        if (wants(role)) await start(planNodeProcess(root, role, `${role}-${index + 1}`, port, extra))
      })
    await allOf([
      ...many('gateway', ports.gateways, gatewayEnv(env)),
      ...many('worker', ports.workers, workerEnv(env)),
      wants('sandbox') && start(planNodeProcess(root, 'sandbox', 'sandbox', ports.sandbox, sandbox)),
      wants('console') && start(planNodeProcess(root, 'console', 'console', ports.console, consoleSettings)),
    ])
    if (wants('nginx')) {
      await publishAssets(join(dir, 'www'))
      const common = {
        root,
        gateways: ports.gateways.map((port) => ({ host: '127.0.0.1', port })),
        console: { host: '127.0.0.1', port: ports.console },
        workerProcesses: options.door?.workerProcesses ?? 1,
        env: { ...doorEnv(env), ...options.env?.nginx },
      }
      await allOf((await planDoors(dir, ports, tls, common)).map(start))
    }
    if (wants('shop')) {
      await start(await planShop(dir, { root, shopPort: ports.shop, flashPort: ports.flash }))
    }
  } catch (error) {
    await stop()
    throw error
  }
  record.phase = 'ready'
  keepRecord()
  onProgress(`all ready (${seconds(began)})`)

  const find = (name: string): Supervised => {
    const server = servers.find((one) => one.name === name)
    if (server === undefined)
      throw new Error(`no process ${name}; there are ${servers.map((s) => s.name).join(', ')}`)
    return server
  }
  return {
    dir,
    urls,
    ports,
    doors: doorList,
    secrets,
    tls,
    console: record.console,
    env,
    processes: () => {
      keepRecord()
      return record.processes
    },
    kill: (name, signal) => find(name).kill(signal),
    stopProcess: (name) => find(name).stop(),
    startProcess: (name) => find(name).start(),
    waitReady: (name, withinMs) => find(name).waitReady(withinMs),
    stop,
    killNow,
  }
}

/** The door first, so that no click arrives at half a stack; the stores last, so that nobody misses them. */
async function stopAll(servers: readonly Supervised[]): Promise<void> {
  const order: Role[][] = [
    ['nginx', 'shop'],
    ['gateway', 'worker', 'sandbox', 'console'],
    ['mysql', 'redis', 'rabbitmq'],
    ['epmd'],
  ]
  for (const roles of order)
    await Promise.all(servers.filter(({ role }) => roles.includes(role)).map((server) => server.stop()))
}

/** Waits for all, also after one has failed: else the others would still be starting while everything is stopped. */
async function allOf(steps: (Promise<void> | false)[]): Promise<void> {
  const failed = (await Promise.allSettled(steps)).find((result) => result.status === 'rejected')
  if (failed !== undefined) throw failed.reason
}

const seconds = (since: number): string => `${((Date.now() - since) / 1000).toFixed(1)} s`
