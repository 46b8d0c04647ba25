import { type ChildProcess, spawn } from 'node:child_process'
import { Redis } from 'ioredis'
import { endProcess } from './end-process.ts'

/** A real Redis that can be stopped and started again, empty, on the same port. It wants a password; database 3. */
export function redisWithPassword(port: number, dir: string) {
  const url = `redis://:p%40ss@127.0.0.1:${port}/3`
  let server: ChildProcess | undefined
  let client: Redis | undefined
  return {
    url,
    start: async (): Promise<void> => {
      const flags = ['--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--requirepass', 'p@ss']
      server = spawn('redis-server', ['--port', String(port), '--dir', dir, ...flags], { stdio: 'ignore' })
      client = new Redis(url, { retryStrategy: () => 20 })
      client.on('error', () => {})
      await client.ping()
    },
    stop: async (): Promise<void> => {
      client?.disconnect()
      if (server) await endProcess(server)
    },
    hset: (key: string, fields: Record<string, string | number>): Promise<unknown> =>
      client!.multi().del(key).hset(key, fields).exec(),
    set: (key: string, value: string): Promise<unknown> => client!.set(key, value),
  }
}
