import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { getPriority, tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ROOT } from '../../platform/root.ts'
import { choosePort } from '../../stack/ports.ts'
import { planShop } from '../../stack/shop.ts'
import { call, eventually } from './call.ts'
import { endProcess } from './end-process.ts'

let dir: string
let port: number
let nginx: ChildProcess
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'lent-shop-'))
  port = await choosePort()
  const { command, args, isReady } = await planShop(dir, { root: ROOT, shopPort: port, flashPort: 4321 })
  nginx = spawn(command, args, { stdio: 'ignore' })
  await eventually(isReady)
})
afterAll(async () => {
  await endProcess(nginx, 'SIGTERM')
  await rm(dir, { recursive: true, force: true })
})

test('the shop’s other domain has a front of its own, whatever it is called', async () => {
  for (const host of ['shop.localhost', 'anything']) {
    const shop = await call(port, 'GET', '/', { headers: { host } })
    expect([shop.status, shop.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8'])
    expect(shop.text).toContain('This is the shop’s other domain')
    expect(shop.text).toContain('//flash.localhost:4321/')
    const policy = String(shop.headers['content-security-policy'])
    expect(policy).toContain("default-src 'none'")
    expect(policy).not.toContain('unsafe')
    expect(shop.headers).not.toHaveProperty('strict-transport-security')
  }
  expect((await call(port, 'GET', '/api/time')).status).toBe(404)
})

test('it shares nothing with the door: no Lua, no gateway, no file', async () => {
  const { stderr, stdout } = await promisify(execFile)('nginx', ['-T', '-c', join(dir, 'shop', 'nginx.conf')])
  expect(stderr).toContain('test is successful')
  expect(stdout).not.toMatch(/lua_|proxy_pass|upstream|flash\.conf/)
  for (const [, path] of stdout.matchAll(/(?:_path|pid|_log) "([^"]+)"/g))
    expect(path).toContain(`${dir}/shop/`)
})

test('its worker comes before the door’s where both share a machine', async () => {
  const [worker] = (await readFile(`/proc/${nginx.pid}/task/${nginx.pid}/children`, 'utf8')).trim().split(' ')
  const log = await readFile(join(dir, 'shop', 'error.log'), 'utf8')
  // Only root may; anybody else is told so.
  if (process.getuid?.() === 0) {
    expect(getPriority(Number(worker))).toBe(-10)
    const { stdout } = await promisify(execFile)('chrt', ['--pid', worker!])
    expect(stdout).toContain('SCHED_RR')
  } else expect(log).toContain('setpriority(-10) failed')
})
