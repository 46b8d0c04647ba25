import { execFile } from 'node:child_process'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { renderDoor } from '../../stack/render-door.ts'
import { call } from './call.ts'
import { JWT_SECRET, type LentDoor, lendDoor } from './lend-door.ts'

let door: LentDoor
beforeAll(async () => {
  door = await lendDoor()
})
afterAll(() => door.stop())

const settings = () => ({
  root: door.root,
  run: door.run,
  bind: '127.0.0.1',
  flashPort: door.flash,
  shopPort: door.shop,
  opsPort: door.ops,
  gateways: [{ host: '127.0.0.1', port: 9 }],
  workerProcesses: 1,
  native: true,
})

/** Starts a second nginx that can not get far; returns what it says. */
async function startWords(env: Record<string, string>): Promise<string> {
  const conf = join(door.run, 'nginx', 'second.conf')
  const text = await readFile(door.confPath, 'utf8')
  await writeFile(
    conf,
    text.replace('nginx.pid', 'second.pid').replace('daemon off', 'master_process off; daemon off'),
  )
  const { PATH } = process.env
  const outcome = await promisify(execFile)('nginx', ['-e', 'stderr', '-c', conf], {
    env: { PATH, ...env },
    timeout: 5000,
  })
    .then(() => 'it started')
    .catch((error: { stderr: string; killed: boolean }) => (error.killed ? 'it started' : error.stderr))
  const log = await door.errorLog()
  return outcome + log.slice(-2000)
}

test('nginx -t finds nothing to say against the configuration', async () => {
  const { stderr } = await promisify(execFile)('nginx', ['-t', '-c', door.confPath], {
    env: { ...process.env, ...door.env },
  })
  expect(stderr.trim().split('\n')).toEqual([
    expect.stringContaining('syntax is ok'),
    expect.stringContaining('test is successful'),
  ])
  expect(await door.errorLog()).not.toMatch(/\[(warn|error|alert|emerg)\](?!.*snapshot:)/)
})

test('every file of nginx stands under the run folder', async () => {
  expect(await readdir(join(door.run, 'nginx'))).toEqual(
    expect.arrayContaining(['nginx.pid', 'error.log', 'access.log', 'nginx.conf', 'body', 'proxy']),
  )
})

test('wherever a gateway is reached, the headers of identity are overwritten', async () => {
  const conf = await readFile(join(door.run, 'nginx', 'flash.conf'), 'utf8')
  const proxying = conf.split(/^ {2}location /m).filter((location) => location.includes('proxy_pass'))
  expect(proxying.length).toBeGreaterThan(7)
  for (const location of proxying) expect(location).toContain('include gateway_proxy.conf;')
})

describe('a start is refused, by name', () => {
  test.each([
    [{ SLUICE_REDIS_URL: '' }, 'SLUICE_REDIS_URL is missing'],
    [{ SLUICE_REDIS_URL: 'http://127.0.0.1' }, 'SLUICE_REDIS_URL must look like redis://'],
    [{ SLUICE_JWT_SECRET: '' }, 'SLUICE_JWT_SECRET is missing'],
    [{ SLUICE_JWT_SECRET: JWT_SECRET.slice(0, 31) }, 'SLUICE_JWT_SECRET must have 32 characters'],
    [{ SLUICE_TICKET_SECRET: '' }, 'SLUICE_TICKET_SECRET is missing'],
    [{ SLUICE_TICKET_SECRET: 'short' }, 'SLUICE_TICKET_SECRET must have 32 characters'],
    [{ SLUICE_EDGE_KEY: '' }, 'SLUICE_EDGE_KEY is missing'],
    [{ SLUICE_EDGE_KEY: 'a b' }, 'SLUICE_EDGE_KEY must be visible ASCII'],
  ])('%j', async (env, words) => {
    expect(await startWords({ ...door.env, ...env })).toContain(words)
  })

  test.each([
    ['paused_retry_s = 5,', '', 'paused_retry_s is missing'],
    ['paused_retry_s = 5,', 'paused_retry_s = 5, pause_retry = 5,', 'pause_retry is not known'],
    ['paused_retry_s = 5,', 'paused_retry_s = "5",', 'paused_retry_s must be a whole number'],
    ['paused_retry_s = 5,', 'paused_retry_s = 0,', 'paused_retry_s must be a whole number'],
    ['lua_shared_dict polls 20m;', '', 'lua_shared_dict polls is missing'],
  ])('tunables: %s -> %s', async (good, bad, words) => {
    await door.tune((conf) => conf.replace(good, bad))
    expect(await startWords(door.env)).toContain(words)
    // The running door refuses to reload with it, and goes on as before.
    await door.reload()
    expect(await door.errorLog()).toContain(words)
    expect((await call(door.flash, 'GET', '/api/time')).status).toBe(200)
    await door.tune((conf) =>
      bad === '' && good.startsWith('lua')
        ? `${good}\n${conf}`
        : bad === ''
          ? conf.replace('set({', `set({ ${good}`)
          : conf.replace(bad, good),
    )
  })
})

describe('rendering is refused', () => {
  test.each(['/tmp/a"b', '/tmp/a$b', '/tmp/a;b', '/tmp/a{b', '/tmp/a\nb', '/tmp/a?b'])(
    'into %j',
    async (run) => {
      await expect(renderDoor({ ...settings(), run })).rejects.toThrow('rename it')
    },
  )

  test('without a gateway, or with a token that nobody knows', async () => {
    await expect(renderDoor({ ...settings(), gateways: [] })).rejects.toThrow('at least one gateway')
    await writeFile(join(door.root, 'nginx', 'odd.conf'), 'listen @NOWHERE@;')
    await expect(renderDoor(settings())).rejects.toThrow('nginx/odd.conf: @NOWHERE@ is not known')
  })
})
