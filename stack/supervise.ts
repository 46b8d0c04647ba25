import type { ChildProcess } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { identify, type ProcessIdentity } from '../platform/local-stack/process-identity.ts'
import type { Role } from '../platform/local-stack/record.ts'
import { setNice } from '../platform/priority.ts'
import { readLogEnd } from './server-log.ts'
import type { ServerPlan } from './server-plan.ts'
import { killSession, signalTo, startSession } from './session.ts'

export interface Supervised {
  readonly name: string
  readonly role: Role
  identity: () => ProcessIdentity | undefined
  /** Starts it, or brings it back after `stop`; ready when it resolves. Rejects when it can not start, with its log's end. */
  start: () => Promise<void>
  /** Ends it and keeps it down. */
  stop: () => Promise<void>
  /** Sends a signal to the process alone. It is started again when it dies of it. */
  kill: (signal: NodeJS.Signals) => void
  /** Resolves when it works; rejects after `withinMs`. */
  waitReady: (withinMs?: number) => Promise<void>
  /** Kills it and what it started, at once, without waiting. */
  killNow: () => void
}

const PROBE_EVERY_MS = 50
const WATCH_EVERY_MS = 1000
const FROZEN_AFTER_MS = 7000
const FIRST_BACKOFF_MS = 100
const LONGEST_BACKOFF_MS = 3000
/** After so long without a crash the next one is a first one again. */
const CALM_MS = 10_000
/** So many deaths before it was ever ready: it can not start. */
const EARLY_DEATHS = 3

/** Time before the next start, after so many crashes in a row (1 and up). */
export const backoffMs = (crashes: number): number =>
  Math.min(FIRST_BACKOFF_MS * 2 ** (crashes - 1), LONGEST_BACKOFF_MS)

/** Keeps one process running, as the leader of its own session, with its output in `dir/logs/NAME.log`. */
export function supervise(
  dir: string,
  plan: ServerPlan,
  onChange: () => void = () => {},
  onFrozen: (name: string, forMs: number) => void = () => {},
): Supervised {
  let wanted = false
  let prepared = false
  let child: ChildProcess | undefined
  let known: ProcessIdentity | undefined
  let ready = false
  let everReady = false
  let crashes = 0
  let deaths = 0
  let restart: NodeJS.Timeout | undefined
  const logFile = join(dir, 'logs', `${plan.name}.log`)

  const launch = () => {
    ready = false
    const startedAt = Date.now()
    const born = startSession(dir, plan, logFile)
    child = born
    known = born.pid === undefined ? undefined : identify(born.pid)
    onChange()
    if (plan.nice !== undefined && known !== undefined) setNice(plan.nice, known.pid)
    const ended = (_code: number | null, _signal: string | null) => {
      if (child !== born) return
      // What the leader left behind holds its ports and files.
      killSession(born.pid)
      child = undefined
      known = undefined
      ready = false
      deaths++
      crashes = Date.now() - startedAt > CALM_MS ? 1 : crashes + 1
      if (wanted) restart = setTimeout(launch, backoffMs(crashes))
      onChange()
    }
    born.once('exit', ended)
    born.once('error', () => born.pid === undefined && ended(null, null))
    void probe(born, startedAt)
  }

  const probe = async (born: ChildProcess, startedAt: number) => {
    while (child === born && !ready) {
      if (await plan.isReady().catch(() => false)) {
        if (child !== born) return
        ready = true
        everReady = true
        void watch(born)
      } else if (Date.now() - startedAt > plan.readyWithinMs) {
        killSession(born.pid)
        return
      } else await sleep(PROBE_EVERY_MS)
    }
  }

  /** A frozen process holds its port, its locks and its clients, and never ends by itself. */
  const watch = async (born: ChildProcess) => {
    const { frozenAfterMs = FROZEN_AFTER_MS, isAlive = plan.isReady } = plan
    let heardAt = Date.now()
    while (child === born) {
      await sleep(Math.min(WATCH_EVERY_MS, frozenAfterMs / 4))
      const askedAt = Date.now()
      // Nobody asked for a while: it was this process that stood still.
      if (askedAt - heardAt > 2 * frozenAfterMs) heardAt = askedAt
      if (await isAlive().catch(() => false)) heardAt = Date.now()
      else if (child === born && Date.now() - heardAt > frozenAfterMs) {
        onFrozen(plan.name, frozenAfterMs)
        killSession(born.pid)
        return
      }
    }
  }

  const cannotStart = () => wanted && !everReady && deaths >= EARLY_DEATHS

  const waitReady = async (withinMs = plan.readyWithinMs) => {
    const deadline = Date.now() + withinMs
    while (!ready) {
      if (cannotStart() || Date.now() > deadline) {
        const why = cannotStart() ? `died ${deaths} times while starting` : `not ready after ${withinMs} ms`
        throw new Error(`${plan.name}: ${why}; the end of ${logFile}:\n${readLogEnd(logFile)}`)
      }
      await sleep(PROBE_EVERY_MS / 2)
    }
  }

  return {
    name: plan.name,
    role: plan.role,
    identity: () => known,
    waitReady,
    async start() {
      if (wanted) return waitReady()
      wanted = true
      everReady = false
      deaths = 0
      crashes = 0
      mkdirSync(join(dir, 'logs'), { recursive: true })
      if (!prepared) await plan.prepare?.()
      prepared = true
      // stop() may have been called while preparing
      if (!wanted) throw new Error(`${plan.name}: stopped while starting`)
      launch()
      await waitReady()
    },
    async stop() {
      wanted = false
      clearTimeout(restart)
      const born = child
      if (born === undefined) return
      const gone = new Promise((resolve) => born.once('exit', resolve))
      signalTo(born.pid, plan.stopSignal ?? 'SIGTERM')
      // A frozen process hears nothing until it goes on.
      signalTo(born.pid, 'SIGCONT')
      const timer = setTimeout(() => killSession(born.pid), plan.stopWithinMs)
      await gone
      clearTimeout(timer)
    },
    kill(signal) {
      if (child?.pid === undefined) throw new Error(`${plan.name} does not run`)
      process.kill(child.pid, signal)
    },
    killNow() {
      wanted = false
      clearTimeout(restart)
      killSession(child?.pid)
    },
  }
}
