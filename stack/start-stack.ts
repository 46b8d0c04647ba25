import { join } from 'node:path'
import { provideOperator } from '../ops/operators/provide-operator.ts'
import { publishAssets } from '../ops/pages/publish-page.ts'
import type { Role } from '../platform/local-stack/record.ts'
import { migrate } from '../platform/migrate.ts'
import { ROOT } from '../platform/root.ts'
import { allPorts, choosePorts, urlsOf } from './addresses.ts'
import { type Certificate, provideCertificate } from './certificate.ts'
import { listDoors, planDoors } from './doors.ts'
import { provideKeyFile } from './key-file.ts'
import { consoleEnv, doorEnv, gatewayEnv, localEnv, sandboxEnv, tracing, workerEnv } from './local-env.ts'
import { planMysql } from './mariadb.ts'
import { planNodeProcess } from './node-process.ts'
import { returnPort } from './ports.ts'
import { metricsTargets, writeMetricsTargets } from './prometheus-targets.ts'
import { planEpmd, planRabbitmq } from './rabbitmq.ts'
import { planRedis } from './redis.ts'
import { claimRunFolder } from './run-folder.ts'
import { readSecrets } from './secrets.ts'
import { createServers, seconds } from './servers.ts'
import { planShop } from './shop.ts'
import { ROLES, type Stack, type StackOptions } from './stack.ts'

/** Whom the local stack lets into the console; the password stands in its secrets. */
const OPERATOR = 'admin'

/**
 * Starts the real servers from a run folder and keeps them running: MySQL, Redis and RabbitMQ side by side, then
 * migrations, gateways, workers, console and sandbox, then the door and the shop. Resolves when all of them work; rejects,
 * with nothing left running, when one can not start. Throws StackRuns when a stack already runs from this folder.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { doors = 1, gateways = 2, workers = 2, roles = ROLES, root = ROOT, onProgress = () => {} } = options
  const began = Date.now()
  const { dir, ended, record } = await claimRunFolder(options.dir)
  if (ended.length > 0) onProgress(`ended what an earlier run left behind: ${ended.join(', ')}`)
  const servers = createServers(dir, record, onProgress)
  const { start } = servers

  const ports = await choosePorts(gateways, workers, options.ports, doors)
  const secrets = readSecrets(dir)
  const urls = await urlsOf(ports, secrets)
  const doorList = await listDoors(ports)
  const flashes = doorList.map(({ flash }) => flash)
  const env = localEnv(urls, secrets, join(dir, 'www'), provideKeyFile(join(dir, 'keys')), flashes)
  Object.assign(record, { urls, env })
  if (doors > 1) record.doors = doorList.map(({ port, ...door }) => door)
  const stop = async () => {
    if (await servers.stop()) for (const port of allPorts(ports)) returnPort(port)
  }
  let tls: Certificate

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
  servers.keepRecord()
  onProgress(`all ready (${seconds(began)})`)

  const { find } = servers
  return {
    dir,
    urls,
    ports,
    doors: doorList,
    secrets,
    tls,
    console: record.console,
    env,
    processes: servers.running,
    kill: (name, signal) => find(name).kill(signal),
    stopProcess: (name) => find(name).stop(),
    startProcess: (name) => find(name).start(),
    waitReady: (name, withinMs) => find(name).waitReady(withinMs),
    stop,
    killNow: servers.killNow,
  }
}

/** Waits for all, also after one has failed: else the others would still be starting while everything is stopped. */
async function allOf(steps: (Promise<void> | false)[]): Promise<void> {
  const failed = (await Promise.allSettled(steps)).find((result) => result.status === 'rejected')
  if (failed !== undefined) throw failed.reason
}
