import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync } from 'node:fs'
import { openLog } from './server-log.ts'
import type { ServerPlan } from './server-plan.ts'

/** Starts a server as the leader of a session of its own: what it starts in turn can be ended with it. */
export function startSession(dir: string, { command, args, env }: ServerPlan, logFile: string): ChildProcess {
  const log = openLog(logFile)
  const leader = spawn(command, args, {
    cwd: dir,
    env: { ...cleanEnvironment(), ...env },
    detached: true,
    stdio: ['ignore', log, log],
  })
  closeSync(log)
  return leader
}

/** Our own environment without SLUICE_* keys: a server gets exactly those that are meant for it. */
const cleanEnvironment = (): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(process.env).filter(([key]) => !key.startsWith('SLUICE_')))

/** Kills a leader and all that it has started. */
export const killSession = (leader: number | undefined): void =>
  signalTo(leader === undefined ? undefined : -leader, 'SIGKILL')

export function signalTo(pid: number | undefined, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(pid, signal)
  } catch {
    // it has ended already
  }
}
