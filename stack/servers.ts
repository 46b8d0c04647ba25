import type { Role, StackProcess, StackRecord } from '../platform/local-stack/record.ts'
import { removeRecord, writeRecord } from './run-folder.ts'
import type { ServerPlan } from './server-plan.ts'
import { type Supervised, supervise } from './supervise.ts'

/** The servers of one stack. The record in its run folder says at every moment which of them run. */
export interface Servers {
  /** Starts one more; ready when it resolves. */
  start: (plan: ServerPlan) => Promise<void>
  /** Throws where there is none of this name. */
  find: (name: string) => Supervised
  running: () => StackProcess[]
  /** Writes down what has changed in the record. */
  keepRecord: () => void
  /** Ends everything, in order; false where that was done before. */
  stop: () => Promise<boolean>
  /** Kills everything at once, without waiting. */
  killNow: () => void
}

/** `record`: the first one of a run folder that was just claimed. */
export function createServers(dir: string, record: StackRecord, onProgress: (line: string) => void): Servers {
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

  return {
    start: async (plan) => {
      const since = Date.now()
      const server = supervise(dir, plan, keepRecord, (name, forMs) =>
        onProgress(`${name} has not answered for ${forMs / 1000} s: killed, it starts again`),
      )
      servers.push(server)
      await server.start()
      if (plan.role !== 'epmd') onProgress(`${plan.name} is ready (${seconds(since)})`)
    },
    find: (name) => {
      const server = servers.find((one) => one.name === name)
      if (server === undefined)
        throw new Error(`no process ${name}; there are ${servers.map((s) => s.name).join(', ')}`)
      return server
    },
    running: () => {
      keepRecord()
      return record.processes
    },
    keepRecord,
    stop: async () => {
      if (closed) return false
      record.phase = 'stopping'
      keepRecord()
      await stopInOrder(servers)
      closed = true
      removeRecord(dir)
      process.off('exit', killNow)
      return true
    },
    killNow,
  }
}

/** The door first, so that no click arrives at half a stack; the stores last, so that nobody misses them. */
async function stopInOrder(servers: readonly Supervised[]): Promise<void> {
  const order: Role[][] = [
    ['nginx', 'shop'],
    ['gateway', 'worker', 'sandbox', 'console'],
    ['mysql', 'redis', 'rabbitmq'],
    ['epmd'],
  ]
  for (const roles of order)
    await Promise.all(servers.filter(({ role }) => roles.includes(role)).map((server) => server.stop()))
}

/** For people: how long ago that was. */
export const seconds = (since: number): string => `${((Date.now() - since) / 1000).toFixed(1)} s`
