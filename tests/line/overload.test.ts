import { readFileSync } from 'node:fs'
import autocannon from 'autocannon'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Stack } from '../../stack/stack.ts'
import { type Answer, call, eventually } from '../door/call.ts'
import { lendStack, openShop, type Shop } from '../lend-stack.ts'
import { type RunningProgram, runProgram } from './run-program.ts'

// Gateways with limits that a test can reach, beside those of a stack whose Redis is frozen: so it is our own.

let stack: Stack
let shop: Shop
let sale: number
beforeAll(async () => {
  stack = await lendStack({ gateways: 1, workers: 1 })
  shop = await openShop(stack)
  sale = await shop.sell({ stock: 100 })
})
afterAll(async () => {
  await shop?.close()
  await stack?.stop()
})

const headers = (buyer: string) => ({
  'content-type': 'application/json',
  'x-edge-key': shop.at.secrets.edgeKey,
  'x-user-id': buyer,
})
const join = ({ port }: RunningProgram, buyer: string): Promise<Answer> =>
  call(port, 'POST', `/api/sales/${sale}/orders`, { headers: headers(buyer), body: '{}' })
const health = async ({ port }: RunningProgram) => (await call(port, 'GET', '/internal/health')).json
const rssMb = ({ pid }: RunningProgram) =>
  Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024

function expectBusy(answer: Answer): void {
  expect([
    answer.status,
    answer.json.code,
    answer.headers['retry-after'],
    answer.headers['content-type'],
  ]).toEqual([503, 'busy', '1', 'application/problem+json'])
}

describe('Redis is frozen', () => {
  const MOST = 20
  let gateway: RunningProgram
  beforeAll(async () => {
    gateway = await runProgram(shop.at, 'gateway', { SLUICE_BUSY_REQUESTS: String(MOST) })
  })
  afterAll(async () => {
    stack.kill('redis', 'SIGCONT')
    await gateway.stop()
  })

  test('requests pile up to the limit, and a further one is told busy at once', async () => {
    stack.kill('redis', 'SIGSTOP')
    const before = rssMb(gateway)
    const told: { code: string; afterMs: number }[] = []
    const askedAt = Date.now()
    const waiting = Array.from({ length: 200 }, async (_, n) => {
      const answer = await join(gateway, `frozen${n}`)
      told.push({ code: answer.json.code, afterMs: Date.now() - askedAt })
      if (answer.json.code === 'busy') expectBusy(answer)
      return answer.json.code
    })
    const codes = await Promise.all(waiting)
    expect(codes.filter((code) => code === 'busy')).toHaveLength(200 - MOST)
    expect(codes.filter((code) => code === 'unavailable')).toHaveLength(MOST)
    // Those who are told busy do not wait for those who wait for Redis.
    const [busy] = told.filter(({ code }) => code === 'busy').slice(-1)
    const [late] = told.filter(({ code }) => code === 'unavailable')
    expect(busy!.afterMs).toBeLessThan(late!.afterMs)
    expect(rssMb(gateway) - before).toBeLessThan(60)
  })

  test('once that is known, nobody waits for its timeout', async () => {
    const askedAt = Date.now()
    for (let n = 0; n < 20; n++) {
      const answer = await join(gateway, `later${n}`)
      expect([answer.status, answer.json.code]).toEqual([503, 'unavailable'])
      expect(answer.headers['retry-after']).toBe('1')
    }
    // One timeout alone is 2 s.
    expect(Date.now() - askedAt).toBeLessThan(1_500)
  })

  test('when it goes on, so does the gateway', async () => {
    stack.kill('redis', 'SIGCONT')
    await eventually(async () => (await join(gateway, 'afterwards')).status === 202)
    expect(await health(gateway)).toMatchObject({ ok: true, busy: false, inFlight: 0 })
  })
})

test('a load that makes the event loop late is shed, told in health, and over when the load is', async () => {
  const gateway = await runProgram(shop.at, 'gateway', { SLUICE_BUSY_DELAY_MS: '10' })
  try {
    const seen = new Set<string>()
    const flood = autocannon({
      url: `http://127.0.0.1:${gateway.port}`,
      connections: 200,
      pipelining: 20,
      duration: 3,
      requests: [
        {
          method: 'POST',
          path: '/api/sales/999999999/orders',
          headers: headers('flood'),
          body: '{}',
          onResponse: (_status, text) => seen.add(JSON.parse(text).code),
        },
      ],
    })
    const told: { busy: boolean; eventLoopDelayMs: number }[] = []
    let flooding = true
    const watching = (async () => {
      while (flooding) told.push(await health(gateway))
    })()
    await flood
    flooding = false
    await watching
    expect([...seen].sort()).toEqual(['busy', 'unknown_sale'])
    expect(told.some(({ busy, eventLoopDelayMs }) => busy && eventLoopDelayMs >= 10)).toBe(true)
    await eventually(async () => (await join(gateway, 'after-the-flood')).status === 202)
    const { text } = await call(gateway.port, 'GET', '/internal/metrics')
    expect(text).toMatch(/sluice_busy_refusals_total\{limit="eventLoopDelay".*\} [1-9]/)
  } finally {
    await gateway.stop()
  }
})

test.each([
  ['SLUICE_BUSY_RSS_MB', '64', 'rssBytes'],
  ['SLUICE_BUSY_HEAP_MB', '16', 'heapUsedBytes'],
])('%s: more memory than that, and it takes nothing new', async (key, value, limit) => {
  const gateway = await runProgram(shop.at, 'gateway', { [key]: value })
  try {
    await eventually(async () => (await join(gateway, 'big')).json?.code === 'busy')
    expectBusy(await join(gateway, 'big'))
    // Busy is not broken: the supervisor lets it be, and the backends are fine.
    expect(await health(gateway)).toMatchObject({ ok: true, busy: true })
    const { text } = await call(gateway.port, 'GET', '/internal/metrics')
    expect(text).toMatch(new RegExp(`sluice_busy_refusals_total\\{limit="${limit}".*\\} [1-9]`))
  } finally {
    await gateway.stop()
  }
})
