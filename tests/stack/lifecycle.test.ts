import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, realpathSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readTicket } from '../../contract/ticket.ts'
import { signToken } from '../../contract/token.ts'
import { createSale } from '../../ops/sales/create-sale.ts'
import { identify } from '../../platform/local-stack/process-identity.ts'
import { readLocalEnv, readStatus } from '../../platform/local-stack/status.ts'
import { connectMysql, select } from '../../platform/mysql.ts'
import { connectRedis } from '../../platform/redis.ts'
import { ROOT } from '../../platform/root.ts'
import { changeKeys } from './change-keys.ts'

// The built programs behind `npm start` and `npm stop`, on a folder of their own. The tests are one story.
const START_MS = 120_000
let dir: string
let saleId: number

const squatter = createServer()

beforeAll(async () => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'sluice-life-')))
  // Somebody has the preferred port of the flash domain; when it is not us, somebody else has it already.
  await new Promise((resolve) => squatter.once('error', resolve).listen(8080, '127.0.0.1', () => resolve(0)))
})
afterAll(async () => {
  squatter.close()
  await run('stop')
  rmSync(dir, { recursive: true, force: true })
}, START_MS)

function launch(program: 'start' | 'stop', ...args: string[]): { child: ChildProcess; output: () => string } {
  const child = spawn(process.execPath, [join(ROOT, 'dist', 'stack', `${program}.js`), '--dir', dir, ...args])
  let output = ''
  child.stdout?.on('data', (part) => {
    output += part
  })
  child.stderr?.on('data', (part) => {
    output += part
  })
  return { child, output: () => output }
}

async function run(program: 'start' | 'stop', ...args: string[]): Promise<{ code: number; output: string }> {
  const { child, output } = launch(program, ...args)
  const code = await new Promise<number>((resolve) => child.once('exit', (ended) => resolve(ended ?? -1)))
  return { code, output: output() }
}

const pidOf = async (name: string) => (await readStatus(dir)).processes.find((one) => one.name === name)?.pid

/** Every process that works in the run folder or names it: ours, epmd and Erlang's helpers among them. */
function findOurs(): string[] {
  return readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid) || identify(Number(pid)) === undefined) return []
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
      const ours = command.includes(dir) || readlinkSync(`/proc/${pid}/cwd`).startsWith(dir)
      return ours ? [`${pid} ${command}`] : []
    } catch {
      return []
    }
  })
}

/** One purchase through the door by a new buyer: the order's ID, or undefined when it was refused or took too long. */
async function buy(buyer: string): Promise<string | undefined> {
  const { flash } = await readStatus(dir)
  const secret = (await readLocalEnv(dir)).SLUICE_JWT_SECRET as string
  const headers = {
    authorization: `Bearer ${signToken(secret, buyer, Math.floor(Date.now() / 1000) + 600)}`,
    'content-type': 'application/json',
  }
  const patience = { headers, signal: AbortSignal.timeout(3000) }
  const joined = await fetch(`${flash}/api/sales/${saleId}/orders`, {
    method: 'POST',
    body: '{}',
    ...patience,
  })
  const { ticket } = (await joined.json()) as { ticket?: string }
  if (joined.status !== 202 || ticket === undefined) return sleep(200, undefined)
  for (;;) {
    const polled = await fetch(`${flash}/api/tickets/${ticket}`, patience)
    const { order } = (await polled.json()) as { order?: string | number }
    if (order !== undefined) return String(order)
    await sleep(100)
  }
}

const answersAt = async (url: string) => (await fetch(url)).status

test('start in the background returns when everything works, and prints where it is', {
  timeout: START_MS,
}, async () => {
  const { code, output } = await run('start', '--detach', '--gateways', '1', '--workers', '1')
  expect(output).toContain('Sluice is running')
  expect(code).toBe(0)
  const status = await readStatus(dir)
  expect(Object.keys(status)).toEqual([
    'flash',
    'flashTls',
    'ops',
    'shop',
    'mysql',
    'redis',
    'amqp',
    'management',
    'console',
    'processes',
  ])
  expect(status.processes.map(({ role }) => role).sort()).toEqual(
    [
      'console',
      'gateway',
      'mysql',
      'nginx',
      'rabbitmq',
      'redis',
      'sandbox',
      'shop',
      'supervisor',
      'worker',
    ].sort(),
  )
  for (const url of [status.flash, status.ops, status.shop]) expect(await answersAt(url)).toBe(200)
  expect(output).toContain('port 8080 for flash is taken')
  expect(status.flash).not.toMatch(/:8080$/)
  expect(output).toContain(`${status.flash}/sales/1`)
  expect(await answersAt(`${status.flash}/sales/1`)).toBe(200)
})

test('the process of a role is the server itself', async () => {
  const { processes } = await readStatus(dir)
  const programs = Object.fromEntries(
    processes.map(({ role, pid }) => [role, readFileSync(`/proc/${pid}/comm`, 'utf8').trim()]),
  )
  expect(programs).toMatchObject({
    mysql: expect.stringMatching(/^(mariadbd|mysqld)$/),
    redis: 'redis-server',
    rabbitmq: 'beam.smp',
    nginx: 'nginx',
    shop: 'nginx',
    gateway: 'node',
    worker: 'node',
  })
})

test('credentials are no part of any command line', async () => {
  const env = await readLocalEnv(dir)
  const secrets = Object.values(JSON.parse(readFileSync(join(dir, 'secrets.json'), 'utf8')) as object)
  expect(env.SLUICE_JWT_SECRET).toHaveLength(40)
  for (const line of findOurs()) for (const secret of secrets) expect(line).not.toContain(secret)
})

test('an open sale sells through the whole line', { timeout: 30_000 }, async () => {
  const { mysql: url, redis: redisUrl } = await readStatus(dir)
  const mysql = connectMysql(url, { connections: 1 })
  const redis = connectRedis(redisUrl, 'lifecycle')
  await redis.connect()
  const www = (await readLocalEnv(dir)).SLUICE_WWW
  const sale = { title: 'open now', stock: 1000, priceCents: 100, opensAt: Date.now() - 1000 }
  saleId = (await createSale({ mysql, redis, www }, sale)).id
  redis.disconnect()
  await mysql.end()
  await expect
    .poll(() => buy(`first-${Date.now()}`).catch(() => undefined), { timeout: 15_000 })
    .toBeTypeOf('string')
})

test('keys are changed without logging anybody out, and a key that is taken away is worth nothing', {
  timeout: 60_000,
}, async () => {
  const { flash } = await readStatus(dir)
  const secrets = JSON.parse(readFileSync(join(dir, 'secrets.json'), 'utf8')) as { ticket: string }
  const [newJwt, newTicket] = ['the-new-key-of-tokens', 'the-new-key-of-tickets'].map((text) =>
    text.padEnd(32, '.'),
  )
  const signIn = async (user: string) => {
    const answer = await fetch(`${flash}/dev/sign-in`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ user }),
    })
    return String(answer.headers.get('set-cookie')).split(';')[0]!
  }
  const kidOf = (cookie: string) =>
    JSON.parse(Buffer.from(cookie.split(/[=.]/)[1]!, 'base64url').toString()).kid as string | undefined
  const take = async (cookie: string) => {
    const headers = { cookie, 'content-type': 'application/json' }
    const answer = await fetch(`${flash}/api/sales/${saleId}/orders`, { method: 'POST', headers, body: '{}' })
    return ((await answer.json()) as { ticket: string }).ticket
  }
  const lookAt = async (cookie: string, ticket: string) =>
    (await fetch(`${flash}/api/tickets/${ticket}`, { headers: { cookie } })).status
  const signedBy = (secret: string, ticket: string) => readTicket([secret], ticket, Date.now()) !== undefined

  const before = await signIn('early')
  const early = await take(before)
  expect([kidOf(before), signedBy(secrets.ticket, early)]).toEqual([undefined, true])

  await changeKeys(dir, [`jwt new ${newJwt}`, `ticket new ${newTicket}`])
  const after = await signIn('late')
  const late = await take(after)
  expect([kidOf(after), signedBy(newTicket!, late)]).toEqual(['new', true])
  expect([await lookAt(before, early), await lookAt(after, late)]).toEqual([200, 200])

  await changeKeys(dir, [])
  expect([await lookAt(before, early), await lookAt(after, late)]).toEqual([200, 401])
  // Somebody who signs in again, but whose ticket only the lost key proved.
  expect(await lookAt(await signIn('late'), late)).toBe(404)
})

test('a second start of the same folder says that it runs, and changes nothing', async () => {
  const supervisor = await pidOf('supervisor')
  const { code, output } = await run('start')
  expect(code).toBe(0)
  expect(output).toContain('already runs')
  expect(output).toContain((await readStatus(dir)).flash)
  expect(await pidOf('supervisor')).toBe(supervisor)
})

test.for(['gateway-1', 'worker-1', 'nginx', 'redis', 'rabbitmq', 'mysql'])(
  'within 15 s after kill -9 of %s it runs again, and a buyer who comes then gets an order',
  { timeout: 60_000 },
  async (name) => {
    const before = (await pidOf(name)) as number
    const killedAt = Date.now()
    process.kill(before, 'SIGKILL')
    await expect.poll(() => pidOf(name), { timeout: 15_000 }).not.toBe(before)
    // The shop has a front of its own, which does not notice.
    if (name === 'nginx') expect(await answersAt((await readStatus(dir)).shop)).toBe(200)
    let order: unknown
    for (let buyer = 1; order === undefined && Date.now() - killedAt < 30_000; buyer++)
      order = await buy(`after-${name}-${buyer}`).catch(() => undefined)
    expect(order).toBeTypeOf('string')
    expect(await pidOf(name)).toBeTypeOf('number')
    expect(Date.now() - killedAt).toBeLessThan(15_000)
  },
)

test('when the supervisor is killed, the next start ends its processes and goes on with the data', {
  timeout: START_MS,
}, async () => {
  const before = await readStatus(dir)
  const mysql = connectMysql(before.mysql, { connections: 1 })
  await mysql.query("UPDATE sales SET title = 'Still here' WHERE id = 1")
  await mysql.end()
  process.kill((await pidOf('supervisor')) as number, 'SIGKILL')
  await expect.poll(() => pidOf('supervisor')).toBeUndefined()
  // The worst rest: nginx workers without their master, which hold its ports.
  process.kill((await pidOf('nginx')) as number, 'SIGKILL')
  const { code, output } = await run('start', '--detach', '--gateways', '1', '--workers', '1')
  expect(output).toContain('ended what an earlier run left behind')
  expect(code).toBe(0)
  for (const { pid } of before.processes) expect(identify(pid)).toBeUndefined()
  const again = connectMysql((await readStatus(dir)).mysql, { connections: 1 })
  expect(await select(again, 'SELECT title FROM sales WHERE id = 1')).toEqual([{ title: 'Still here' }])
  await again.end()
})

test('stop ends everything and leaves no process behind', { timeout: 60_000 }, async () => {
  const { code, output } = await run('stop')
  expect(code).toBe(0)
  expect(output).toContain('stopped')
  await expect.poll(findOurs).toEqual([])
  await expect(readStatus(dir)).rejects.toThrow(/npm start/)
})

test('a Ctrl-C that arrives twice, from the terminal and from npm, is one: everything ends in order', {
  timeout: START_MS,
}, async () => {
  const { child, output } = launch('start', '--gateways', '1', '--workers', '1')
  await expect.poll(output, { timeout: START_MS / 2 }).toContain('Stop with Ctrl-C')
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGINT')
  await sleep(50)
  child.kill('SIGINT')
  expect(await ended).toBe(0)
  expect(output()).toMatch(/stopped\n$/)
  await expect.poll(findOurs).toEqual([])
})

test('TERM while it is still starting ends everything too', { timeout: 60_000 }, async () => {
  const { child, output } = launch('start', '--gateways', '1', '--workers', '1')
  await expect.poll(output).toContain('mysql is ready')
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  await ended
  await expect.poll(findOurs).toEqual([])
})
