import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Stack } from '../../stack/stack.ts'
import { call, click, eventually } from '../door/call.ts'
import { lendStack, openShop, type Shop } from '../lend-stack.ts'

/** The trace of a click (SLUICE_OTEL_URL), as a collector gets it. */

interface Span {
  traceId: string
  spanId: string
  parentSpanId?: string
  name: string
  startTimeUnixNano: string
  endTimeUnixNano: string
  service: string
}

const spans: Span[] = []
const collector = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    if (request.url === '/v1/traces') spans.push(...read(JSON.parse(Buffer.concat(chunks).toString())))
    response.setHeader('content-type', 'application/json').end('{}')
  })
})

interface Sent {
  resourceSpans: {
    resource: { attributes: { key: string; value: { stringValue?: string } }[] }
    scopeSpans: { spans: Omit<Span, 'service'>[] }[]
  }[]
}

const read = ({ resourceSpans }: Sent): Span[] =>
  resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const service = resource.attributes.find(({ key }) => key === 'service.name')?.value.stringValue ?? ''
    return scopeSpans.flatMap((scope) => scope.spans.map((span) => ({ ...span, service })))
  })

let stack: Stack
let shop: Shop
beforeAll(async () => {
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve))
  const traced = { SLUICE_OTEL_URL: `http://127.0.0.1:${(collector.address() as AddressInfo).port}` }
  const roles = ['mysql', 'redis', 'rabbitmq', 'gateway', 'worker', 'nginx'] as const
  stack = await lendStack({ gateways: 1, workers: 1, roles, env: { gateway: traced, worker: traced } })
  shop = await openShop(stack)
})
afterAll(async () => {
  await shop?.close()
  await stack?.stop()
  collector.closeAllConnections()
  collector.close()
})

test('a click is one trace from the door to its buyer’s answer, under its request’s ID', async () => {
  const sale = await shop.sell({ stock: 3, standby: 0 })
  const before = Date.now() - 1_000
  const answers = await Promise.all(
    ['ann', 'bob'].map((buyer) => click(stack.ports.flash, sale, shop.token(buyer))),
  )
  const again = await call(stack.ports.gateways[0]!, 'POST', `/api/sales/${sale}/orders`, {
    headers: { 'x-edge-key': stack.secrets.edgeKey, 'x-user-id': 'ann', 'x-request-id': 'f'.repeat(32) },
  })
  expect(again.status).toBe(200)
  const steps = [
    'click',
    'door',
    'gather',
    'join',
    'publish',
    'queue',
    'record',
    'reserve',
    'tell',
    'wait in line',
  ]
  for (const answer of answers) {
    expect(answer.status).toBe(202)
    const id = answer.headers['x-request-id'] as string
    const mine = () => spans.filter(({ traceId }) => traceId === id)
    await eventually(async () => {
      expect(
        mine()
          .map(({ name }) => name)
          .sort(),
      ).toEqual(steps)
      return true
    })
    const at = Object.fromEntries(mine().map((span) => [span.name, span]))
    const whole = at.click!
    expect(whole.parentSpanId ?? '').toBe('')
    for (const span of mine()) {
      if (span !== whole) expect(span.parentSpanId, span.name).toBe(whole.spanId)
      const [from, to] = [Number(span.startTimeUnixNano) / 1e6, Number(span.endTimeUnixNano) / 1e6]
      expect(from, span.name).toBeGreaterThan(before)
      expect(to, span.name).toBeGreaterThanOrEqual(from)
      expect(to, span.name).toBeLessThanOrEqual(Date.now())
    }
    expect([at.join!.service, at.publish!.service]).toEqual(['sluice-gateway', 'sluice-gateway'])
    expect([at.queue!.service, at.record!.service]).toEqual(['sluice-worker', 'sluice-worker'])
    expect(at.door!.startTimeUnixNano).toBe(whole.startTimeUnixNano)
    expect(Number(at.queue!.endTimeUnixNano)).toBeLessThanOrEqual(Number(at.record!.startTimeUnixNano))
  }
  // A second click is no trace of its own, and nothing is kept for it.
  expect(spans.filter(({ traceId }) => traceId === 'f'.repeat(32))).toEqual([])
  expect(await shop.redis.exists(`sale:{${sale}}:traced`)).toBe(0)
})
