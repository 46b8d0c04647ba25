// The first thing that runs, also in a fresh clone: plain JavaScript, nothing but Node. It brings what a command needs
// (npm packages, Debian packages, the build) and hands over to the built program in this same process.
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build, needsBuild, needsInstall, once, runNpm } from './build-fresh.mjs'
import { hasCompose, startCompose } from './compose.mjs'
import { findMissing, findRoot, installPackages, packagesFor } from './debian-packages.mjs'

const OLDEST_NODE = [20, 19]
const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))
const PROGRAMS = {
  start: 'stack/start.js',
  stop: 'stack/stop.js',
  sluice: 'ops/sluice.js',
  bench: 'benchmarks/run.js',
  faults: 'tests/faults/run.js',
}

const [command, ...args] = process.argv.slice(2)
const began = Date.now()
const quiet = command === 'sluice' || command === 'stop'

try {
  await main()
} catch (error) {
  process.stderr.write(`sluice: ${error.message}\n`)
  process.exit(1)
}

async function main() {
  checkNode()
  if (command === 'test') {
    await bringPackages()
    await bringBuild()
    const { runTests } = await import('./run-tests.mjs')
    process.exit(await runTests(ROOT, args))
  }
  if (!(command in PROGRAMS)) throw new Error(`${command ?? 'nothing'}: no such command`)
  if (['start', 'bench', 'faults'].includes(command)) await bringPackages()
  const program = join(ROOT, 'dist', PROGRAMS[command])
  // Stopping must work also while somebody's sources do not compile.
  if (command !== 'stop' || !existsSync(program)) await bringBuild()
  await handOver(program)
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])) return
  throw new Error(`Node ${OLDEST_NODE.join('.')} or newer is needed, this is ${process.versions.node}`)
}

/** Progress goes to stderr: stdout belongs to the program. */
function say(line) {
  const at = ((Date.now() - began) / 1000).toFixed(1).padStart(6)
  process.stderr.write(`${at} s  ${line}\n`)
}

/** Installs the Debian packages that are missing. Where that can not be, Docker Compose takes over for `start`. */
async function bringPackages() {
  const packages = packagesFor(command)
  const missing = findMissing(packages)
  if (missing?.length === 0) return
  const why = await installMissing(missing)
  if (why === undefined) return
  if (command === 'start' && hasCompose()) {
    say(`${why}; starting with Docker Compose instead`)
    process.exit(startCompose(ROOT, args.includes('--detach'), say))
  }
  const byHand =
    missing === undefined ? '' : `by hand: apt-get install --no-install-recommends ${missing.join(' ')}\n`
  throw new Error(`${why}\n${byHand}or with Docker: docker compose up --build`)
}

/** Installs; says why not where that does not work. */
async function installMissing(missing) {
  if (missing === undefined)
    return 'this system has no dpkg, so nginx, Redis, RabbitMQ and MariaDB can not be installed'
  const prefix = findRoot()
  if (prefix === undefined)
    return `${missing.join(', ')} are missing, and neither root nor "sudo -n" is there to install them`
  say(`apt: installing ${missing.join(', ')} (some minutes; their services are not started)`)
  const since = Date.now()
  try {
    await installPackages(ROOT, prefix, missing)
  } catch (error) {
    return error.message
  }
  say(`apt: done (${seconds(since)})`)
  return undefined
}

async function bringBuild() {
  const timed = (what, work) => () => {
    const since = Date.now()
    say(`${what} ...`)
    work()
    say(`${what}: done (${seconds(since)})`)
  }
  await once(
    ROOT,
    () => needsInstall(ROOT),
    timed('npm ci', () => runNpm(ROOT, ['ci', '--include=dev', '--no-audit', '--no-fund'])),
  )
  await once(
    ROOT,
    () => needsBuild(ROOT),
    timed('build', () => build(ROOT)),
  )
  if (!quiet) say('built')
}

async function handOver(program) {
  if (!existsSync(program)) throw new Error(`${program} is missing: delete dist/ and try again`)
  process.argv = [process.execPath, program, ...args]
  await import(pathToFileURL(program).href)
}

function seconds(since) {
  return `${((Date.now() - since) / 1000).toFixed(1)} s`
}
