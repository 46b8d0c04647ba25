import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** A docker command alone is not enough: its engine must answer. */
export function hasCompose() {
  const works = (list) => spawnSync('docker', list, { stdio: 'ignore', timeout: 10_000 }).status === 0
  return works(['compose', 'version']) && works(['info'])
}

/**
 * The text of `.env.example` with random credentials where it has none. Signing in as anybody is on, as in every stack
 * of `npm start`.
 */
export function fillEnv(example) {
  return example
    .replace(/^([A-Z_]+)=$/gm, (_, key) => `${key}=${randomBytes(32).toString('hex')}`)
    .replace(/^SLUICE_DEV_SIGN_IN=.*$/m, 'SLUICE_DEV_SIGN_IN=true')
}

/** Builds and starts docker-compose.yml, with a demo sale where there is none; returns the exit code. */
export function startCompose(root, detach, say) {
  const env = join(root, '.env')
  if (!existsSync(env)) {
    writeFileSync(env, fillEnv(readFileSync(join(root, '.env.example'), 'utf8')), { mode: 0o600 })
    say(
      'wrote .env with random credentials; signing in as anybody is on (SLUICE_DEV_SIGN_IN), for development only',
    )
  }
  const compose = (list, stdio = 'inherit') =>
    spawnSync('docker', ['compose', ...list], { cwd: root, stdio, encoding: 'utf8' })
  const up = compose(['up', '--build', '--detach'])
  if (up.status !== 0) return up.status ?? 1

  const sluice = (...list) =>
    compose(['run', '--rm', '-T', 'sluice', ...list], ['ignore', 'pipe', 'inherit']).stdout
  if (sluice('sale', 'list', '--json').trim() === '[]')
    sluice(
      'sale',
      'create',
      '--title',
      'Demo: a very good umbrella',
      '--stock',
      '200',
      '--price',
      '990',
      '--opens-at',
      '+60',
    )
  process.stdout.write(`
Sluice is running in containers.

  All sales     http://flash.localhost:8080/   (or http://127.0.0.1:8080/)
  Over TLS      https://flash.localhost:8443/
  The shop      http://127.0.0.1:8081/
  Ops           http://127.0.0.1:8090/
  RabbitMQ      http://127.0.0.1:15672/   (user operator, password in .env)

Stop with ${detach ? '' : 'Ctrl-C or '}"docker compose stop".
`)
  if (detach) return 0
  // Ctrl-C ends the log and then, here, the containers.
  process.on('SIGINT', () => {})
  process.on('SIGTERM', () => {})
  compose(['logs', '--follow', '--tail', '0'])
  return compose(['stop']).status ?? 1
}
