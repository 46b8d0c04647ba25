import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const SOURCES = [
  'contract',
  'platform',
  'gateway',
  'workers',
  'ops',
  'stack',
  'sandbox',
  'benchmarks',
  'tests/faults',
  'web',
]
const SETTINGS = ['package.json', 'tsconfig.json', 'tsconfig.build.json']
const LOCK_PATIENCE_MS = 300_000

/** True when node_modules is missing or older than the lock file. */
export function needsInstall(root) {
  const installed = join(root, 'node_modules', '.package-lock.json')
  return (
    !existsSync(installed) || statSync(installed).mtimeMs < statSync(join(root, 'package-lock.json')).mtimeMs
  )
}

/** True when something changed since the last build began. Folders count too: a deleted file changes its folder. */
export function needsBuild(root) {
  const stamp = join(root, 'dist', '.built')
  if (!existsSync(stamp) || !existsSync(join(root, 'web', 'dist', 'index.html'))) return true
  const builtAt = Number(readFileSync(stamp, 'utf8'))
  return [...SOURCES, ...SETTINGS].some((name) => newest(join(root, name), true) > builtAt)
}

function newest(path, top = false) {
  if (!existsSync(path)) return 0
  const status = statSync(path)
  if (!status.isDirectory()) return status.mtimeMs
  // The build itself writes web/dist, which changes web.
  let latest = top ? 0 : status.mtimeMs
  for (const entry of readdirSync(path)) {
    if (entry === 'node_modules' || entry === 'dist') continue
    latest = Math.max(latest, newest(join(path, entry)))
  }
  return latest
}

/**
 * Runs `work` while no other process of this checkout installs or builds. `isNeeded` is asked again once it is our
 * turn: the one before us may have done it.
 */
export async function once(root, isNeeded, work) {
  if (!isNeeded()) return
  const lock = join(root, '.cache', 'build.lock')
  mkdirSync(join(root, '.cache'), { recursive: true })
  const until = Date.now() + LOCK_PATIENCE_MS
  while (!take(lock)) {
    if (Date.now() > until)
      throw new Error(`somebody else has been building for 5 minutes; if not, delete ${lock}`)
    await sleep(200)
  }
  try {
    if (isNeeded()) work()
  } finally {
    rmSync(lock, { force: true })
  }
}

function take(lock) {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if (error.code !== 'EEXIST') throw error
  }
  try {
    const owner = Number(readFileSync(lock, 'utf8'))
    // Empty while its owner is between making and writing it.
    if (owner > 0) process.kill(owner, 0)
  } catch (error) {
    if (error.code === 'ESRCH') rmSync(lock, { force: true })
  }
  return false
}

/** `npm ci` and `npm run build` with the same npm that runs us. Output only when it fails. */
export function runNpm(root, args) {
  const npm = process.env.npm_execpath
  const [program, first] = npm?.endsWith('.js') ? [process.execPath, [npm]] : ['npm', []]
  const env = { ...process.env }
  // `npm ci` must bring the build tools, whatever the shell's NODE_ENV is.
  delete env.NODE_ENV
  const done = spawnSync(program, [...first, ...args], { cwd: root, env, encoding: 'utf8', maxBuffer: 1e8 })
  if (done.status !== 0)
    throw new Error(
      `npm ${args.join(' ')} failed:\n${done.stdout ?? ''}${done.stderr ?? ''}${done.error ?? ''}`,
    )
}

/** Builds, and remembers when it began: what is edited meanwhile counts as newer. */
export function build(root) {
  const beganAt = Date.now()
  runNpm(root, ['run', '--silent', 'build'])
  mkdirSync(join(root, 'dist'), { recursive: true })
  writeFileSync(join(root, 'dist', '.built'), String(beganAt))
}
