import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Stack } from '../../stack/stack.ts'
import { admitted, clickAll, pollAll } from '../crowd.ts'
import { call, click, eventually } from '../door/call.ts'
import { lendStack, openShop, type Shop } from '../lend-stack.ts'

// Everything behind the door is stopped here, so the stack is our own.

let stack: Stack
let shop: Shop
let soldOut: number
let upcoming: number
let full: number
let open: number
let long: number
let mine: { buyer: string; ticket: string }
let waiting: { buyer: string; ticket: string }
const BEHIND = ['gateway-1', 'gateway-2', 'worker-1', 'rabbitmq', 'mysql', 'redis']

beforeAll(async () => {
  stack = await lendStack({ workers: 1 })
  shop = await openShop(stack)
  soldOut = await shop.sell({ stock: 3, standby: 0 })
  upcoming = await shop.sell({ opensAt: Date.now() + 3_600_000 })
  full = await shop.sell({ stock: 3, standby: 2 })
  open = await shop.sell()
  const [buyer] = admitted(await clickAll(stack, { sale: soldOut, buyers: 3, prefix: 'won' }))
  mine = buyer!
  expect(await pollAll(stack, [mine])).toMatchObject([{ state: 'awaiting_payment' }])
  await clickAll(stack, { sale: full, buyers: 5, prefix: 'stand' })
  // Far enough behind the head that no unit can have come to the last one.
  long = await shop.sell({ stock: 1, standby: 600 })
  waiting = admitted(await clickAll(stack, { sale: long, buyers: 601, prefix: 'long' }))
    .sort(byNumber)
    .at(-1)!
  await eventually(async () => (await stateOfTicket(waiting)).json.position > 500)
  await eventually(async () => (await codeOf(soldOut, 'a')) === 'sold_out')
  await eventually(async () => (await codeOf(full, 'b')) === 'line_full')
  await eventually(async () => (await shop.orders(full)).length === 3)
  for (const name of BEHIND) await stack.stopProcess(name)
})
afterAll(async () => {
  await shop?.close()
  await stack?.stop()
})

const clickAs = (sale: number, buyer: string) => click(stack.ports.flash, sale, shop.token(buyer))
const codeOf = async (sale: number, buyer: string) => (await clickAs(sale, buyer)).json.code
const stateOf = async (sale: number) =>
  (await call(stack.ports.flash, 'GET', `/api/sales/${sale}`)).json.state

const byNumber = (a: { ticket: string }, b: { ticket: string }) => numberOf(a.ticket) - numberOf(b.ticket)
const numberOf = (ticket: string) => Number(ticket.split('.')[1])
const stateOfTicket = ({ buyer, ticket }: { buyer: string; ticket: string }) =>
  call(stack.ports.flash, 'GET', `/api/tickets/${ticket}`, {
    headers: { authorization: `Bearer ${shop.token(buyer)}` },
  })

test('nothing but the door runs', () => {
  const running = new Set(stack.processes().map(({ name }) => name))
  expect(BEHIND.filter((name) => running.has(name))).toEqual([])
  expect(running.has('nginx')).toBe(true)
})

test('whoever waits well behind the head is told so', async () => {
  const { status, json } = await stateOfTicket(waiting)
  expect([status, json.state]).toEqual([200, 'waiting'])
  expect(json.position).toBeGreaterThan(500)
  expect(json.pollAfterMs).toBeGreaterThan(0)
})

test('no token, and a token of nobody: unauthenticated', async () => {
  expect((await click(stack.ports.flash, open)).json.code).toBe('unauthenticated')
  expect((await click(stack.ports.flash, open, 'a.b.c')).json.code).toBe('unauthenticated')
})

test('who asks too often is told so', async () => {
  const codes: string[] = []
  for (let i = 0; i < 12; i++) codes.push((await stateOfTicket({ ...waiting, buyer: 'hasty' })).json.code)
  expect(codes.slice(0, 10)).not.toContain('too_many_requests')
  expect(codes.at(-1)).toBe('too_many_requests')
})

test('a sold-out sale is refused, with or without a token, for as long as anybody asks', async () => {
  for (let i = 0; i < 20; i++) {
    const answer = await clickAs(soldOut, `late${i}`)
    expect([answer.status, answer.json.code]).toEqual([410, 'sold_out'])
  }
  expect((await click(stack.ports.flash, soldOut)).json.code).toBe('sold_out')
  expect(await stateOf(soldOut)).toBe('sold_out')
})

test('a full line and a sale that is not open are refused as before', async () => {
  const answer = await clickAs(full, 'late')
  expect([answer.status, answer.json.code, answer.headers['retry-after']]).toEqual([503, 'line_full', '2'])
  const early = await clickAs(upcoming, 'early')
  expect([early.status, early.json.code]).toEqual([409, 'not_open'])
  expect(await stateOf(upcoming)).toBe('upcoming')
})

test('the time, the sales and the pages are still there', async () => {
  const { status, json } = await call(stack.ports.flash, 'GET', '/api/time')
  expect(status).toBe(200)
  expect(Math.abs(json.now - Date.now())).toBeLessThan(2_000)
  const list = await call(stack.ports.flash, 'GET', '/api/sales')
  expect(list.json.map(({ id }: { id: number }) => id)).toEqual([soldOut, upcoming, full, open, long])
  for (const path of ['/', `/sales/${open}`])
    expect((await call(stack.ports.flash, 'GET', path)).headers['content-type']).toContain('text/html')
})

test('what needs a gateway is unavailable for now, and says when to try again', async () => {
  const headers = { authorization: `Bearer ${shop.token(mine.buyer)}` }
  const answers = [
    await clickAs(open, 'somebody'),
    await call(stack.ports.flash, 'GET', `/api/tickets/${mine.ticket}`, { headers }),
    await call(stack.ports.flash, 'GET', '/api/orders', { headers }),
  ]
  for (const { status, json, headers } of answers) {
    expect([status, json.code]).toEqual([503, 'unavailable'])
    expect(headers['retry-after']).toMatch(/^\d+$/)
    expect(headers['content-type']).toBe('application/problem+json')
  }
})

test('when they are back the buyer who was put off gets a ticket at once, and the books are right', async () => {
  await Promise.all(BEHIND.toReversed().map((name) => stack.startProcess(name)))
  await eventually(async () => (await clickAs(open, 'somebody')).status === 202)
  expect(await pollAll(stack, [mine])).toMatchObject([{ state: 'awaiting_payment' }])
  await eventually(async () => (await shop.orders(open)).length === 1)
  const audits = await Promise.all([soldOut, full, open].map(shop.audit))
  expect(audits.map(({ audit }) => audit)).toMatchObject([
    { ok: true, sold: 3, left: 0, waiting: 0, inFlight: 0 },
    { ok: true, sold: 3, left: 0, waiting: 2, inFlight: 0 },
    { ok: true, tickets: 1, sold: 1, waiting: 0, inFlight: 0 },
  ])
})
