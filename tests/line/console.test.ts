import { connect } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { call, click } from '../door/call.ts'
import { openShop, type Shop } from '../lend-stack.ts'
import { borrowStack } from './borrow-stack.ts'

let shop: Shop
beforeAll(async () => {
  shop = await openShop(borrowStack())
})
afterAll(() => shop?.close())

/** The console as the browser meets it, through nginx. */
const send = (method: string, path: string, headers: Record<string, string> = {}, body?: unknown) =>
  call(shop.at.ports.ops, method, path, {
    headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })

const signIn = async () => {
  const { name, password } = shop.at.console!
  const answer = await send('POST', '/api/session', {}, { name, password })
  expect(answer.status, answer.text).toBe(200)
  const cookie = String(answer.headers['set-cookie']).replace(/;.*/, '')
  return { cookie, 'x-csrf-token': answer.json.csrf as string }
}

test('the operator of the local stack signs in through nginx, and sees who he is', async () => {
  const { cookie } = await signIn()
  const answer = await send('GET', '/api/session', { cookie })
  expect(answer.json).toMatchObject({ name: 'admin', role: 'operator' })
  expect(answer.headers['cache-control']).toBe('no-store')
})

test('the page has a policy without inline script or style; what is not there is not there', async () => {
  const page = await send('GET', '/')
  expect(page.status).toBe(200)
  expect(String(page.headers['content-security-policy'])).toMatch(
    /default-src 'none'.*frame-ancestors 'none'/,
  )
  expect((await send('GET', '/no-such-page')).status).toBe(404)
  expect((await send('GET', '/metrics')).status).toBe(200)
})

test('a page at the same address may change something, one at another may not', async () => {
  const headers = await signIn()
  const from = (origin: string) => send('POST', '/api/no-such-thing', { ...headers, origin }, {})
  expect((await from(`http://127.0.0.1:${shop.at.ports.ops}`)).json).toMatchObject({ code: 'not_found' })
  expect((await from(`http://127.0.0.1:${shop.at.ports.flash}`)).json).toMatchObject({ code: 'csrf_failed' })
})

test('a faster release rate counts at once, also where the slow one would release in an hour', async () => {
  const headers = await signIn()
  const sale = await shop.sell({ release: { batch: 1, everyMs: 3_600_000 }, stock: 5 })
  for (const buyer of ['rate-1', 'rate-2', 'rate-3', 'rate-4', 'rate-5'])
    expect((await click(shop.at.ports.flash, sale, shop.token(buyer))).status).toBe(202)
  await expect.poll(async () => (await shop.orders(sale)).length).toBe(1)
  const { version } = (await send('GET', `/api/sales/${sale}`, headers)).json
  const answer = await send('PUT', `/api/sales/${sale}/release`, headers, { release: '100/1000', version })
  expect(answer.json).toMatchObject({ release: { batch: 100, everyMs: 1000 }, version: version + 1 })
  await expect.poll(async () => (await shop.orders(sale)).length).toBe(5)
})

test('what is too large is refused at nginx', async () => {
  const headers = await signIn()
  const big = await send('POST', '/api/session', headers, { name: 'x'.repeat(70_000) })
  expect(big.json).toMatchObject({ status: 413, code: 'too_large' })
})

test('the console listens on this machine alone', async () => {
  const reached = await new Promise<boolean>((resolve) => {
    const socket = connect({ port: shop.at.ports.console, host: '127.0.0.2', timeout: 2_000 })
    socket.once('connect', () => resolve(true))
    socket.once('error', () => resolve(false))
  })
  expect(reached).toBe(false)
})
