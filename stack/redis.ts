import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { answers } from './probe.ts'
import type { Secrets } from './secrets.ts'
import type { ServerPlan } from './server-plan.ts'

/** Redis, with every write on the disk before it is answered, and no key ever dropped for room. */
export function planRedis(dir: string, port: number, secrets: Secrets): ServerPlan {
  const home = join(dir, 'redis')
  const config = join(home, 'redis.conf')
  return {
    name: 'redis',
    role: 'redis',
    command: 'redis-server',
    args: [config],
    async prepare() {
      mkdirSync(home, { recursive: true, mode: 0o700 })
      // A file, because the password would stand in the list of processes otherwise.
      writeFileSync(config, redisConfig(home, port, secrets.redis), { mode: 0o600 })
    },
    isReady: () => answers(port, '+PONG', `AUTH ${secrets.redis}\r\nPING\r\n`),
    readyWithinMs: 30_000,
    stopWithinMs: 10_000,
  }
}

const redisConfig = (home: string, port: number, password: string): string => `bind 127.0.0.1
port ${port}
requirepass ${password}
daemonize no
dir "${home}"
appendonly yes
appendfsync always
save ""
maxmemory 1gb
maxmemory-policy noeviction
`
