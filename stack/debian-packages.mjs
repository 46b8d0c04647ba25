import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const SERVERS = [
  'nginx',
  'libnginx-mod-http-lua',
  'lua-cjson',
  'lua-nginx-redis',
  'redis-server',
  'rabbitmq-server',
  'mariadb-server',
  'openssl',
]
const FOR_TESTS = ['chromium', 'lua-check', 'prometheus']

/** Debian packages that a command needs. */
export const packagesFor = (command) => (command === 'test' ? [...SERVERS, ...FOR_TESTS] : SERVERS)

/** Those of them that are not installed; undefined where the system has no dpkg to ask. */
export function findMissing(packages) {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: these are dpkg's own placeholders
  const asked = spawnSync('dpkg-query', ['-W', '-f', '${Package} ${db:Status-Status}\n', ...packages], {
    encoding: 'utf8',
  })
  if (asked.error) return undefined
  const installed = new Set()
  for (const line of asked.stdout.split('\n')) {
    const [name, status] = line.split(' ')
    if (status === 'installed') installed.add(name)
  }
  return packages.filter((name) => !installed.has(name))
}

/** `[]` as root, `['sudo', '-n']` where that works without a password, else undefined. */
export function findRoot() {
  if (process.getuid?.() === 0) return []
  return spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0 ? ['sudo', '-n'] : undefined
}

/** Installs packages; the output goes to a log, whose end is in the error when it fails. */
export async function installPackages(root, prefix, packages) {
  const folder = join(root, '.cache')
  mkdirSync(folder, { recursive: true })
  const logFile = join(folder, 'apt.log')
  const log = openSync(logFile, 'w')
  const [program, ...args] = [...prefix, 'sh', join(root, 'stack', 'install-packages.sh'), ...packages]
  // The script puts policy-rc.d back before it ends, so we wait for it also after a Ctrl-C.
  let interrupted = false
  const note = () => {
    interrupted = true
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, note)
  const code = await new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', log, log] })
    child.once('error', reject)
    child.once('exit', resolve)
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.off(signal, note)
  if (interrupted) process.exit(130)
  if (code !== 0)
    throw new Error(`apt-get failed; the end of ${logFile}:\n${readFileSync(logFile, 'utf8').slice(-1500)}`)
}
