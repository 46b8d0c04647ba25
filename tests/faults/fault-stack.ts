import { mkdirSync, realpathSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectMysql, type Pool } from '../../platform/mysql.ts'
import { connectRedis, type Redis } from '../../platform/redis.ts'
import { type Link, openLink } from '../../stack/link.ts'
import { choosePort, returnPort } from '../../stack/ports.ts'
import { AMQP_USER, VHOST } from '../../stack/rabbitmq-definitions.ts'
import { readSecrets, type Secrets } from '../../stack/secrets.ts'
import { ROLES, type Stack, type StackOptions } from '../../stack/stack.ts'
import { startStack } from '../../stack/start-stack.ts'

export const LINKS = [
  ...['gateway→redis', 'gateway→mysql', 'gateway→rabbitmq', 'gateway→sandbox'],
  ...['worker→redis', 'worker→mysql', 'worker→rabbitmq', 'worker→sandbox'],
] as const
export type LinkName =
  | `gateway→${'redis' | 'mysql' | 'rabbitmq' | 'sandbox'}`
  | `worker→${'redis' | 'mysql' | 'rabbitmq' | 'sandbox'}`

/** A whole real stack whose gateways and workers reach everything through links that can be made bad. */
export interface FaultStack {
  stack: Stack
  links: Record<LinkName, Link>
  /** Our own ways to the stores, which no fault touches but the death of the store itself. */
  mysql: Pool
  redis: Redis
  stop: () => Promise<void>
}

/** @param options.root another product than this checkout's, for those that are broken on purpose */
export async function startFaultStack(
  options: Pick<StackOptions, 'root' | 'gateways' | 'workers' | 'onProgress'> = {},
): Promise<FaultStack> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-faults-'))
  const dir = join(realpathSync(folder), 'run')
  mkdirSync(dir, { mode: 0o700 })
  const secrets = readSecrets(dir)
  const ports = { mysql: 0, redis: 0, amqp: 0, sandbox: 0 }
  for (const name of Object.keys(ports) as (keyof typeof ports)[]) {
    ports[name] = await choosePort()
    returnPort(ports[name])
  }
  const links = Object.fromEntries(
    await Promise.all(
      (LINKS as readonly LinkName[]).map(async (name) => {
        const server = name.split('→')[1] as 'redis' | 'mysql' | 'rabbitmq' | 'sandbox'
        return [name, await openLink(ports[server === 'rabbitmq' ? 'amqp' : server])] as const
      }),
    ),
  ) as Record<LinkName, Link>
  const closeLinks = () => Promise.all(Object.values(links).map((link) => link.close()))

  try {
    const stack = await startStack({
      dir,
      roles: ROLES.filter((role) => role !== 'console'),
      ports,
      env: { gateway: envThrough(links, 'gateway', secrets), worker: envThrough(links, 'worker', secrets) },
      ...options,
    })
    for (const [name, port] of Object.entries(ports))
      if (stack.ports[name as keyof typeof ports] !== port)
        throw new Error(`another program took port ${port}, which was meant for ${name}: try again`)
    const mysql = connectMysql(stack.urls.mysql, { connections: 4 })
    const redis = connectRedis(stack.urls.redis, 'faults')
    redis.on('error', () => {})
    await redis.connect()
    const stop = async (): Promise<void> => {
      redis.disconnect()
      await mysql.end().catch(() => undefined)
      await stack.stop()
      await closeLinks()
      await rm(folder, { recursive: true, force: true })
    }
    return { stack, links, mysql, redis, stop }
  } catch (error) {
    await closeLinks()
    throw error
  }
}

const envThrough = (
  links: Record<LinkName, Link>,
  role: 'gateway' | 'worker',
  { redis, mysql, amqp }: Secrets,
): Record<string, string> => ({
  SLUICE_REDIS_URL: `redis://:${redis}@127.0.0.1:${links[`${role}→redis`].port}/0`,
  SLUICE_MYSQL_URL: `mysql://sluice:${mysql}@127.0.0.1:${links[`${role}→mysql`].port}/sluice`,
  SLUICE_AMQP_URL: `amqp://${AMQP_USER}:${amqp}@127.0.0.1:${links[`${role}→rabbitmq`].port}/${VHOST}`,
  SLUICE_PAYMENT_URL: `http://127.0.0.1:${links[`${role}→sandbox`].port}`,
})
