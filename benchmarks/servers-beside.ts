import type { ServerPlan } from '../stack/server-plan.ts'
import { type Supervised, supervise } from '../stack/supervise.ts'

/** Servers that a benchmark runs beside a stack's own ones. */
export interface ServersBeside {
  /** Starts one more; ready when it resolves. */
  start(plan: ServerPlan): Promise<void>
  /** kill -9; it is started again. */
  kill(name: string): void
  /** Those that run right now. */
  processes(): { name: string; pid: number }[]
  stop(): Promise<void>
}

/** `dir`: where they run, and write their logs. Whatever ends this process, short of kill -9, ends them too. */
export function createServersBeside(dir: string): ServersBeside {
  const servers: Supervised[] = []
  const killNow = () => {
    for (const server of servers) server.killNow()
  }
  process.once('exit', killNow)
  return {
    async start(plan) {
      const server = supervise(dir, plan)
      servers.push(server)
      await server.start()
    },
    kill: (name) => servers.find((server) => server.name === name)?.kill('SIGKILL'),
    processes: () =>
      servers.flatMap(({ name, identity }) => {
        const known = identity()
        return known === undefined ? [] : [{ name, pid: known.pid }]
      }),
    async stop() {
      await Promise.all(servers.map((server) => server.stop()))
      process.off('exit', killNow)
    },
  }
}
