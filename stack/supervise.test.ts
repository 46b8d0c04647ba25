import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { getPriority, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { identify } from '../platform/local-stack/process-identity.ts'
import { choosePort, returnPort } from './ports.ts'
import { answers } from './probe.ts'
import type { ServerPlan } from './server-plan.ts'
import { backoffMs, type Supervised, supervise } from './supervise.ts'

let dir: string
const started: Supervised[] = []
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'sluice-supervise-'))
})
afterEach(() => {
  for (const one of started.splice(0)) one.killNow()
  rmSync(dir, { recursive: true, force: true })
})

/** Supervises a small node script; it says that it is ready by writing its pid into a file. */
function superviseScript(
  script: string,
  change: Partial<ServerPlan> = {},
): Supervised & { pids: () => number[] } {
  const file = join(dir, 'pids')
  writeFileSync(file, '')
  const pids = () => readFileSync(file, 'utf8').split('\n').filter(Boolean).map(Number)
  const one: Supervised = supervise(dir, {
    name: 'script',
    role: 'worker',
    command: process.execPath,
    args: [
      '-e',
      `const ready = () => require('fs').appendFileSync(${JSON.stringify(file)}, process.pid + '\\n');${script}`,
    ],
    isReady: async () => pids().includes(one.identity()?.pid ?? 0),
    readyWithinMs: 10_000,
    stopWithinMs: 500,
    ...change,
  })
  started.push(one)
  return { ...one, pids }
}

const FOREVER = 'ready(); setInterval(() => {}, 1000)'

test('a crashed process is started again, and is ready again', async () => {
  const one = superviseScript(FOREVER)
  await one.start()
  const first = one.identity()?.pid
  one.kill('SIGKILL')
  await expect.poll(() => one.pids().length).toBe(2)
  await one.waitReady()
  expect(one.identity()?.pid).not.toBe(first)
})

test('crashes in a row wait longer and longer, up to 3 s', () => {
  expect([1, 2, 3, 4, 5, 6, 20].map(backoffMs)).toEqual([100, 200, 400, 800, 1600, 3000, 3000])
})

test('a process that can not start is given up, with the end of its log', async () => {
  const one = superviseScript("console.error('the disk is made of cheese'); process.exit(3)")
  await expect(one.start()).rejects.toThrow(/died 3 times while starting.*the disk is made of cheese/s)
})

test('a program that is not installed is named', async () => {
  const one = superviseScript('', { command: 'no-such-server' })
  await expect(one.start()).rejects.toThrow(/script: died/)
})

test('a process that is never ready is killed and started again', async () => {
  const one = superviseScript(FOREVER, { isReady: async () => false, readyWithinMs: 700 })
  void one.start().catch(() => {})
  // Seen from outside: on a busy machine the script may be killed before it could say anything.
  const seen = new Set<number>()
  const look = () => {
    const pid = one.identity()?.pid
    return (pid === undefined ? seen : seen.add(pid)).size
  }
  await expect.poll(look, { interval: 5 }).toBeGreaterThan(1)
})

test('stop keeps it down, and start brings it back', async () => {
  const one = superviseScript(FOREVER)
  await one.start()
  const pid = one.identity()?.pid as number
  await one.stop()
  await new Promise((resolve) => setTimeout(resolve, 300))
  expect(identify(pid)).toBeUndefined()
  expect(one.pids()).toHaveLength(1)
  await one.start()
  expect(one.pids()).toHaveLength(2)
})

test('stop kills what ignores TERM, and what is frozen', async () => {
  const deaf = superviseScript(`process.on('SIGTERM', () => {});${FOREVER}`)
  await deaf.start()
  const pid = deaf.identity()?.pid as number
  await deaf.stop()
  expect(identify(pid)).toBeUndefined()
  const frozen = superviseScript(`process.on('SIGTERM', () => {});${FOREVER}`)
  await frozen.start()
  const frozenPid = frozen.identity()?.pid as number
  frozen.kill('SIGSTOP')
  await frozen.stop()
  expect(identify(frozenPid)).toBeUndefined()
})

test('stop lets a frozen process go on, so that it ends in order', async () => {
  const goodbye = "process.on('SIGTERM', () => { console.log('goodbye'); process.exit() });"
  const one = superviseScript(`${goodbye}${FOREVER}`, { stopWithinMs: 5000 })
  await one.start()
  one.kill('SIGSTOP')
  await one.stop()
  expect(readFileSync(join(dir, 'logs', 'script.log'), 'utf8')).toBe('goodbye\n')
})

test('a process may come before, or after, the others of this machine', async () => {
  const one = superviseScript(FOREVER, { nice: 7 })
  await one.start()
  const pid = one.identity()?.pid as number
  expect(getPriority(pid)).toBe(7)
  // Where the kernel groups by session, the group must have it too.
  if (existsSync('/proc/self/autogroup'))
    expect(readFileSync(`/proc/${pid}/autogroup`, 'utf8')).toMatch(/nice 7$/m)
})

test('what a killed process leaves behind is ended with it', async () => {
  const file = join(dir, 'child')
  const spawnChild = `const c = require('child_process').spawn('sleep', ['60']); require('fs').writeFileSync(${JSON.stringify(file)}, String(c.pid));`
  const one = superviseScript(`${spawnChild}${FOREVER}`)
  await one.start()
  const child = Number(readFileSync(file, 'utf8'))
  expect(identify(child)).toBeDefined()
  one.kill('SIGKILL')
  await expect.poll(() => identify(child)).toBeUndefined()
})

test('a process gets no SLUICE_ setting of ours, only its own', async () => {
  process.env.SLUICE_LEAKED = 'yes'
  try {
    const show = `console.log(Object.keys(process.env).filter((k) => k.startsWith('SLUICE_')).join());${FOREVER}`
    const one = superviseScript(show, { env: { SLUICE_NAME: 'script' } })
    await one.start()
    expect(readFileSync(join(dir, 'logs', 'script.log'), 'utf8')).toBe('SLUICE_NAME\n')
  } finally {
    delete process.env.SLUICE_LEAKED
  }
})

test('a process that freezes is killed and started again, one that is only slow is not', async () => {
  const port = await choosePort()
  const serve = `require('net').createServer((s) => { s.on('error', () => {}); setTimeout(() => s.end('here'), 50) }).listen(${port}, '127.0.0.1');`
  const plan = { isReady: () => answers(port, 'here', '', 1000), frozenAfterMs: 2000 }
  const one = superviseScript(`ready();${serve}`, plan)
  await one.start()
  await new Promise((resolve) => setTimeout(resolve, 4000))
  expect(one.pids()).toHaveLength(1)
  one.kill('SIGSTOP')
  await expect.poll(() => one.pids().length).toBe(2)
  await one.waitReady()
  returnPort(port)
})
