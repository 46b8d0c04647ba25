import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { findProgram } from './find-program.ts'
import { answers } from './probe.ts'
import { rabbitmqDefinitions } from './rabbitmq-definitions.ts'
import { linkRabbitmqHome } from './rabbitmq-home.ts'
import type { Secrets } from './secrets.ts'
import type { ServerPlan } from './server-plan.ts'

const PLUGINS = ['rabbitmq_management', 'rabbitmq_prometheus']

export interface RabbitmqPorts {
  amqp: number
  management: number
  brokerMetrics: number
  /** Where Erlang nodes would talk to each other. */
  dist: number
  epmd: number
}

/**
 * Erlang's port mapper, as a process of our own: else the broker starts one as a daemon, which outlives it and is
 * shared with every other Erlang program of the machine.
 */
export const planEpmd = (ports: RabbitmqPorts): ServerPlan => ({
  name: 'epmd',
  role: 'epmd',
  command: 'epmd',
  args: ['-address', '127.0.0.1', '-port', String(ports.epmd)],
  // An empty name list is 4 bytes: its own port, whose number 20000 to 32000 begins with two zero bytes.
  isReady: () => answers(ports.epmd, '\0\0', '\0\x01n'),
  readyWithinMs: 15_000,
  stopWithinMs: 3000,
})

/** RabbitMQ with the management plugin, everything of it under the run folder. */
export function planRabbitmq(dir: string, ports: RabbitmqPorts, secrets: Secrets): ServerPlan {
  const home = join(dir, 'rabbitmq')
  const script = linkRabbitmqHome(findServerScript(), join(home, 'server'), PLUGINS)
  return {
    name: 'rabbitmq',
    role: 'rabbitmq',
    command: script,
    args: ['-noinput', '+B', 'i'],
    env: {
      HOME: home,
      // Else the script follows its own link to where it is installed.
      RABBITMQ_SCRIPTS_DIR: dirname(script),
      // The script then becomes the Erlang machine instead of watching over it: one pid, and TERM ends it in order.
      RABBITMQ_ALLOW_INPUT: '1',
      RABBITMQ_NODENAME: 'sluice@localhost',
      RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
      RABBITMQ_NODE_PORT: String(ports.amqp),
      RABBITMQ_DIST_PORT: String(ports.dist),
      ERL_EPMD_PORT: String(ports.epmd),
      ERL_EPMD_ADDRESS: '127.0.0.1',
      RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1}',
      RABBITMQ_CONF_ENV_FILE: join(home, 'no-rabbitmq-env.conf'),
      RABBITMQ_CONFIG_FILE: join(home, 'rabbitmq.conf'),
      RABBITMQ_CONFIG_FILES: join(home, 'no-conf.d'),
      RABBITMQ_ADVANCED_CONFIG_FILE: join(home, 'no-advanced.config'),
      RABBITMQ_GENERATED_CONFIG_DIR: join(home, 'generated'),
      RABBITMQ_ENABLED_PLUGINS_FILE: join(home, 'enabled_plugins'),
      RABBITMQ_MNESIA_BASE: join(home, 'data'),
      RABBITMQ_MNESIA_DIR: join(home, 'data', 'node'),
      RABBITMQ_LOG_BASE: join(home, 'log'),
      RABBITMQ_LOGS: '-',
      RABBITMQ_PID_FILE: join(home, 'rabbitmq.pid'),
    },
    async prepare() {
      mkdirSync(join(home, 'data'), { recursive: true, mode: 0o700 })
      mkdirSync(join(home, 'log'), { recursive: true })
      const definitions = join(home, 'definitions.json')
      // Erlang reads the cookie from HOME and wants it to be the owner's alone.
      writeFileSync(join(home, '.erlang.cookie'), secrets.erlangCookie, { mode: 0o600 })
      writeFileSync(join(home, 'enabled_plugins'), `[${PLUGINS.join(',')}].\n`)
      writeFileSync(definitions, JSON.stringify(rabbitmqDefinitions(secrets), null, 2), { mode: 0o600 })
      writeFileSync(join(home, 'rabbitmq.conf'), rabbitmqConfig(ports, definitions))
    },
    isReady: async () =>
      (await answers(ports.amqp, 'PLAIN', 'AMQP\0\0\x09\x01')) &&
      (await answers(ports.management, 'HTTP/1.1', 'GET / HTTP/1.0\r\n\r\n')),
    isAlive: () => answers(ports.amqp, 'PLAIN', 'AMQP\0\0\x09\x01'),
    readyWithinMs: 90_000,
    // It closes its listeners and stores within 0.3 s. Then 3.10 may wait 5 s for the supervisor of an at-least-once
    // dead-letter queue, which it restarts while it stops; nothing is left to save then.
    stopWithinMs: 2500,
  }
}

const rabbitmqConfig = (
  ports: RabbitmqPorts,
  definitions: string,
): string => `listeners.tcp.1 = 127.0.0.1:${ports.amqp}
management.tcp.ip = 127.0.0.1
management.tcp.port = ${ports.management}
prometheus.tcp.ip = 127.0.0.1
prometheus.tcp.port = ${ports.brokerMetrics}
cluster_name = sluice
load_definitions = ${definitions}
vm_memory_high_watermark.absolute = 1GB
disk_free_limit.absolute = 200MB
# The write-ahead log of quorum queues lives in memory too; its default is 512 MB.
raft.wal_max_size_bytes = 67108864
heartbeat = 10
log.console = true
log.console.level = info
log.file = false
`

/** Debian's wrapper drops to a user of its own; the script inside runs as whoever starts it. */
function findServerScript(): string {
  const versions = '/usr/lib/rabbitmq/lib'
  try {
    const version = readdirSync(versions)
      .filter((name) => name.startsWith('rabbitmq_server-'))
      .sort()
      .at(-1)
    if (version !== undefined) return join(versions, version, 'sbin', 'rabbitmq-server')
  } catch {
    // not Debian's layout
  }
  return findProgram('rabbitmq-server') ?? 'rabbitmq-server'
}
