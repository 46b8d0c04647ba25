import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import {
  findRest,
  identify,
  isAlive,
  type ProcessIdentity,
} from '../platform/local-stack/process-identity.ts'
import { readRecord, type StackProcess, type StackRecord } from '../platform/local-stack/record.ts'
import { claimRunFolder, endLeftovers, StackRuns, writeRecord } from './run-folder.ts'

let dir: string
const children: ChildProcess[] = []

beforeEach(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'sluice-folder-')))
})
afterEach(() => {
  for (const { pid } of children.splice(0)) {
    try {
      process.kill(-(pid as number), 'SIGKILL')
    } catch {
      // gone, as it should be
    }
  }
  rmSync(dir, { recursive: true })
})

/** A process of its own session, as supervise() starts them. */
async function spawnSession(script: string, cwd = dir): Promise<ProcessIdentity> {
  const child = spawn('sh', ['-c', script], { cwd, detached: true, stdio: ['ignore', 'pipe', 'ignore'] })
  children.push(child)
  await new Promise((resolve) => child.stdout?.once('data', resolve))
  return identify(child.pid as number) as ProcessIdentity
}

const named = (identity: ProcessIdentity): StackProcess => ({ ...identity, name: 'sleeper', role: 'redis' })

/** The record of a supervisor that was killed; its pid belongs to somebody else now. */
const recordOf = (processes: StackProcess[]): StackRecord => ({
  supervisor: { pid: 1, started: 'an earlier boot:1' },
  phase: 'ready',
  urls: {},
  env: {},
  processes,
})

test('a process is known by its pid and start time', async () => {
  const sleeper = await spawnSession('echo; exec sleep 60')
  expect(isAlive(sleeper)).toBe(true)
  expect(isAlive({ ...sleeper, started: `${sleeper.started}0` })).toBe(false)
})

test('what a killed supervisor left behind is ended at the next claim', async () => {
  const sleeper = await spawnSession('echo; exec sleep 60')
  writeRecord(dir, recordOf([named(sleeper)]))
  const { ended } = await claimRunFolder(dir)
  expect(ended).toEqual(['sleeper'])
  expect(isAlive(sleeper)).toBe(false)
})

test('a stranger that has the pid of an earlier process now is left alone', async () => {
  const stranger = await spawnSession('echo; exec sleep 60')
  const recycled = { ...stranger, started: 'an earlier boot:1' }
  expect(await endLeftovers(dir, recordOf([named(recycled)]))).toEqual([])
  expect(isAlive(stranger)).toBe(true)
})

test('members of a dead leader are ended when they work in the run folder, and only then', async () => {
  const inside = await spawnSession('sleep 60 & echo; wait')
  const elsewhere = join(dir, '..')
  const outside = await spawnSession('sleep 60 & echo; wait', elsewhere)
  process.kill(inside.pid, 'SIGKILL')
  process.kill(outside.pid, 'SIGKILL')
  await expect.poll(() => isAlive(inside) || isAlive(outside)).toBe(false)
  expect(findRest(inside, dir)).toHaveLength(1)
  expect(findRest(outside, dir)).toHaveLength(0)
  await endLeftovers(dir, recordOf([named(inside), named(outside)]))
  expect(findRest(inside, dir)).toHaveLength(0)
})

test('a process that ignores TERM, or is stopped, is killed', async () => {
  const deaf = await spawnSession("trap '' TERM; echo; while :; do sleep 1; done")
  const frozen = await spawnSession('echo; exec sleep 60')
  process.kill(frozen.pid, 'SIGSTOP')
  await endLeftovers(dir, recordOf([named(deaf), named(frozen)]), 300)
  expect(isAlive(deaf)).toBe(false)
  expect(isAlive(frozen)).toBe(false)
})

test('a stopped process goes on to end in order', async () => {
  const polite = await spawnSession(
    "trap 'echo goodbye > said; exit' TERM; echo; while :; do sleep 0.1; done",
  )
  process.kill(polite.pid, 'SIGSTOP')
  await endLeftovers(dir, recordOf([named(polite)]), 5000)
  expect(readFileSync(join(dir, 'said'), 'utf8')).toBe('goodbye\n')
})

test('a folder whose supervisor lives can not be claimed, and of two claims one wins', async () => {
  const claims = await Promise.allSettled([claimRunFolder(dir), claimRunFolder(dir)])
  expect(claims.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  await expect(claimRunFolder(dir)).rejects.toThrow(StackRuns)
  expect(readRecord(dir)?.supervisor.pid).toBe(process.pid)
})

test('a record that can not be read is named, not deleted', async () => {
  mkdirSync(join(dir, 'stack.json'))
  await expect(claimRunFolder(dir)).rejects.toThrow(/stack\.json can not be read/)
})
