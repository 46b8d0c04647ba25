import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { identify } from '../platform/local-stack/process-identity.ts'

let folder: string
let guard: ChildProcess
const strangers: number[] = []
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'guarded-')))
  guard = spawn(process.execPath, [join(import.meta.dirname, 'end-run.mjs'), folder], {
    stdio: ['pipe', 'ignore', 'inherit'],
  })
})
afterEach(() => {
  guard.kill('SIGKILL')
  for (const pid of strangers.splice(0)) process.kill(pid, 'SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

/** A sleeper in a session of its own whose starter has ended; gives its pid. */
async function startOrphan(options: { cwd?: string; env?: Record<string, string> }): Promise<number> {
  const env = { PATH: process.env.PATH, ...options.env }
  const shell = spawn('sh', ['-c', 'setsid sleep 60 & echo $!'], {
    ...{ cwd: options.cwd ?? '/', env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [said] = await once(shell.stdout, 'data')
  return Number(said)
}
/** A shell of the run, with a child that knows nothing of it; gives both pids. */
async function startFamily(): Promise<number[]> {
  const script = 'env -u TMPDIR sleep 60 & echo $!; wait'
  const shell = spawn('sh', ['-c', script], {
    ...{ cwd: '/', env: { PATH: process.env.PATH, TMPDIR: folder } },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [said] = await once(shell.stdout, 'data')
  return [shell.pid!, Number(said)]
}
const alive = (pid: number) => identify(pid) !== undefined

test('when a test run is gone, everything of it is ended and its folder removed', async () => {
  const family = await startFamily()
  const server = await startOrphan({ cwd: folder })
  const child = await startOrphan({ env: { TMPDIR: folder } })
  const all = [...family, server, child]
  expect(all.filter(alive)).toEqual(all)
  guard.stdin!.end()
  await once(guard, 'exit')
  expect(all.filter(alive)).toEqual([])
  expect(existsSync(folder)).toBe(false)
})

test('nobody else is touched, not even another run whose folder begins the same', async () => {
  const stranger = await startOrphan({ env: { TMPDIR: `${folder}-2` } })
  strangers.push(stranger)
  guard.stdin!.end()
  await once(guard, 'exit')
  expect(alive(stranger)).toBe(true)
})
