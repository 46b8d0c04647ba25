import { type ChildProcess, spawn } from 'node:child_process'
import { createHmac, randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ROOT } from '../platform/root.ts'
import { choosePort, returnPort } from '../stack/ports.ts'

// The built program on real ports, with a shop that takes its webhooks, or does not.

const KEY = 'the key of a shop, 32 characters or more'
const SECRET = 'the secret of webhooks, 32 or more'

interface Told {
  id: string
  type: string
  payment: string
  signature: string
  body: string
}

let dir: string
let shop: Server
let told: Told[]
/** What the shop answers to the nth webhook. */
let shopStatus: (nth: number) => number
let url: string
let sandbox: ChildProcess

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sandbox-'))
  told = []
  shopStatus = () => 204
  shop = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    told.push({ ...JSON.parse(body), body, signature: String(request.headers['payment-signature']) })
    response.writeHead(shopStatus(told.length)).end()
  })
  shop.listen(0, '127.0.0.1')
  await new Promise((resolve) => shop.once('listening', resolve))
  url = `http://127.0.0.1:${await choosePort()}`
  sandbox = await start()
})
afterEach(async () => {
  await end(sandbox)
  returnPort(Number(new URL(url).port))
  shop.closeAllConnections()
  await new Promise((closed) => shop.close(closed))
  await rm(dir, { recursive: true })
})

async function start(): Promise<ChildProcess> {
  const child = spawn(process.execPath, [join(ROOT, 'dist', 'sandbox', 'server.js')], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      SLUICE_PAYMENT_KEY: KEY,
      SLUICE_WEBHOOK_SECRET: SECRET,
      SLUICE_WEBHOOK_URL: `http://127.0.0.1:${(shop.address() as AddressInfo).port}/webhook`,
      SLUICE_SANDBOX_URL: url,
      SLUICE_SANDBOX_DIR: dir,
      SLUICE_PORT: new URL(url).port,
      SLUICE_LOG_LEVEL: 'silent',
    },
  })
  await vi.waitFor(() => fetch(`${url}/internal/health`), { timeout: 30_000, interval: 50 })
  return child
}

async function end(child: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => child.once('exit', resolve))
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await gone
}

async function call(method: string, path: string, body?: unknown, more: Record<string, string> = {}) {
  const response = await fetch(url + path, {
    method,
    redirect: 'manual',
    signal: AbortSignal.timeout(4_000),
    headers: {
      authorization: `Bearer ${KEY}`,
      'idempotency-key': randomUUID(),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...more,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  const json = (response.headers.get('content-type') ?? '').includes('json')
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: json ? JSON.parse(text) : undefined,
  }
}

const open = (id: string, more: Record<string, unknown> = {}) =>
  call('POST', '/v1/payments', {
    ...{
      id,
      amount: 4900,
      currency: 'EUR',
      description: '<b>Kettle</b>',
      returnUrl: 'http://127.0.0.1/sales/1',
    },
    ...more,
  })
const behave = (behaviour: Record<string, unknown>) => call('POST', '/sandbox/behaviour', behaviour)
const books = async () => (await call('GET', '/sandbox/books')).json.payments
const untilTold = (count: number) =>
  vi.waitFor(() => expect(told).toHaveLength(count), { timeout: 10_000, interval: 20 })

test('opens once, pays, tells the shop with a signature of the bytes, gives the money back once', async () => {
  expect((await open('1-1')).status).toBe(201)
  const again = await open('1-1')
  expect([again.status, again.json]).toEqual([
    200,
    { id: '1-1', state: 'open', amount: 4900, currency: 'EUR', payUrl: `${url}/pay/1-1` },
  ])
  expect((await open('1-1', { amount: 4901 })).status).toBe(409)
  expect((await call('POST', '/v1/payments/1-1/refunds')).status).toBe(409)
  expect((await call('POST', '/v1/payments/1-2/void')).status).toBe(404)
  expect((await call('POST', '/sandbox/payments/1-1/pay')).json.state).toBe('succeeded')
  expect((await call('POST', '/v1/payments/1-1/void')).json.state).toBe('succeeded')
  for (let i = 0; i < 2; i++) {
    const refund = await call('POST', '/v1/payments/1-1/refunds')
    expect([refund.status, refund.json.state]).toEqual([200, 'refunded'])
  }
  expect(await books()).toEqual([
    { id: '1-1', state: 'refunded', amount: 4900, currency: 'EUR', chargedCents: 4900, refundedCents: 4900 },
  ])
  await untilTold(2)
  expect(told.map(({ type }) => type).sort()).toEqual(['payment.refunded', 'payment.succeeded'])
  for (const { body, signature } of told) {
    const [, at, mac] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(signature)!
    expect(mac).toBe(createHmac('sha256', SECRET).update(`${at}.${body}`).digest('hex'))
    expect(Math.abs(Date.now() - Number(at))).toBeLessThan(10_000)
  }
})

test('only with the key, and changes only with an Idempotency-Key', async () => {
  for (const path of ['/v1/payments/1-1', '/sandbox/books', '/sandbox/behaviour'])
    expect((await call('GET', path, undefined, { authorization: 'Bearer wrong' })).status).toBe(401)
  const bare = await fetch(`${url}/v1/payments/1-1/void`, {
    method: 'POST',
    headers: { authorization: `Bearer ${KEY}` },
  })
  expect(bare.status).toBe(400)
  expect((await open('1-1', { amount: 0 })).status).toBe(400)
  expect((await open('1-1', { returnUrl: 'javascript:alert(1)' })).status).toBe(400)
  expect((await behave({ failRate: 2 })).status).toBe(400)
  expect((await behave({ typo: 1 })).status).toBe(400)
  expect(await books()).toEqual([])
})

test('the pay page says what is paid, as text, and leads back to the shop', async () => {
  await open('1-1')
  const page = await call('GET', '/pay/1-1')
  expect(page.text).toContain('&lt;b&gt;Kettle&lt;/b&gt;')
  expect(page.text).toContain('€49.00')
  expect(page.text).not.toContain('<script')
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none'")
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  const refused = await call('POST', '/pay/1-1/refuse', undefined, form)
  expect([refused.status, refused.headers.get('location')]).toEqual([303, '/pay/1-1?card=refused'])
  const paid = await call('POST', '/pay/1-1/accept', undefined, form)
  expect([paid.status, paid.headers.get('location')]).toEqual([
    303,
    'http://127.0.0.1/sales/1?payment=succeeded',
  ])
  await open('1-2')
  await call('POST', '/v1/payments/1-2/void')
  expect((await call('POST', '/pay/1-2/accept', undefined, form)).headers.get('location')).toBe('/pay/1-2')
  expect((await call('GET', '/pay/1-2')).text).toContain('can not be paid any more')
  expect((await call('GET', '/pay/1-3')).status).toBe(404)
  expect((await books()).map((one: { chargedCents: number }) => one.chargedCents)).toEqual([4900, 0])
})

test('after kill -9 its books hold every answer, and the shop hears what it was not told', async () => {
  shopStatus = () => 503
  await behave({ delayMs: 1 })
  await open('1-1')
  await open('1-2')
  await call('POST', '/sandbox/payments/1-1/pay')
  await end(sandbox)
  told = []
  shopStatus = () => 204
  sandbox = await start()
  await untilTold(1)
  expect(told[0]).toMatchObject({ type: 'payment.succeeded', payment: '1-1' })
  expect((await books()).map((one: { state: string }) => one.state)).toEqual(['succeeded', 'open'])
  expect((await call('GET', '/sandbox/behaviour')).json.delayMs).toBe(1)
  expect((await open('1-1')).status).toBe(200)
})

test('a webhook is tried again until it is taken, under the same event ID', async () => {
  shopStatus = (nth) => (nth < 4 ? 500 : 204)
  await open('1-1')
  await call('POST', '/sandbox/payments/1-1/pay')
  await untilTold(4)
  expect(new Set(told.map(({ id }) => id)).size).toBe(1)
  await expect.poll(async () => (await call('GET', '/sandbox/books')).json.untoldEvents).toBe(0)
})

test('webhooks late, repeated, the last one first, and not at all', async () => {
  await open('1-1')
  await open('1-2')
  await behave({ webhookReorder: true, webhookRepeat: 1 })
  await call('POST', '/sandbox/payments/1-1/pay')
  await call('POST', '/sandbox/payments/1-2/pay')
  await untilTold(4)
  // In the order of the first word of each: the last one's repetition may come before the first one's word.
  expect([...new Set(told.map(({ payment }) => payment))]).toEqual(['1-2', '1-1'])
  told = []
  await behave({ webhookReorder: false, webhookRepeat: 0, webhookDelayMs: [400, 500] })
  const at = Date.now()
  await call('POST', '/v1/payments/1-1/refunds')
  await untilTold(1)
  expect(Date.now() - at).toBeGreaterThanOrEqual(395)
  await behave({ webhookDelayMs: [0, 0], webhookDrop: 1 })
  await call('POST', '/v1/payments/1-2/refunds')
  await new Promise((resolve) => setTimeout(resolve, 300))
  expect(told).toHaveLength(1)
})

test('failing before doing anything, failing after it, hanging, being slow, not knowing', async () => {
  await behave({ failRate: 1 })
  expect((await open('1-1')).status).toBe(503)
  expect(await books()).toEqual([])

  await behave({ failRate: 0, failAfterRate: 1 })
  const outcomes = await Promise.allSettled(['2-1', '2-2', '2-3', '2-4', '2-5', '2-6'].map((id) => open(id)))
  expect(outcomes.some((one) => one.status === 'rejected')).toBe(true)
  expect(outcomes.some((one) => one.status === 'fulfilled' && one.value.status === 500)).toBe(true)
  expect(await books()).toHaveLength(6)

  await behave({ failAfterRate: 0, hang: 1 })
  await expect(open('3-1')).rejects.toThrow(/timeout/i)
  expect(await books()).toHaveLength(6)

  await behave({ hang: 0, delayMs: 300 })
  const at = Date.now()
  expect((await open('4-1')).status).toBe(201)
  expect(Date.now() - at).toBeGreaterThanOrEqual(295)

  await behave({ delayMs: 0, unknownMs: 60_000 })
  expect((await call('POST', '/v1/payments/4-1/void')).status).toBe(503)
  expect((await call('GET', '/v1/payments/4-1')).status).toBe(503)
  expect((await open('4-2')).status).toBe(201)
  await behave({ unknownMs: 0 })
  expect((await call('POST', '/v1/payments/4-1/void')).json.state).toBe('void')
})
