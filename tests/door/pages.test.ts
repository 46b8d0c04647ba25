import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Answer, call } from './call.ts'
import { type LentDoor, lendDoor } from './lend-door.ts'

const PAGE = (name: string) => `<!doctype html><title>${name}</title>${'<p>text</p>'.repeat(50)}`

let door: LentDoor
beforeAll(async () => {
  door = await lendDoor()
  const www = join(door.run, 'www')
  for (const folder of ['sales', 'assets']) await mkdir(join(www, folder), { recursive: true })
  for (const name of ['index.html', 'sales/7.html', '404.html', 'assets/page-4f3a.js']) {
    await writeFile(join(www, name), PAGE(name))
    await writeFile(join(www, `${name}.gz`), gzipSync(PAGE(name)))
  }
})
afterAll(() => door.stop())

const get = (path: string, headers: Record<string, string> = {}) => call(door.flash, 'GET', path, { headers })

function expectSafe({ headers }: Answer) {
  const policy = String(headers['content-security-policy'])
  expect(policy).toContain("default-src 'none'")
  expect(policy).toContain("script-src 'self';")
  expect(policy).toContain("frame-ancestors 'none'")
  expect(policy).not.toContain('unsafe')
  expect(headers['x-content-type-options']).toBe('nosniff')
  expect(headers['referrer-policy']).toBe('same-origin')
  expect(headers.server).toBe('nginx')
  expect(headers['set-cookie']).toBeUndefined()
}

test.each([
  ['/', 'index.html'],
  ['/sales/7', 'sales/7.html'],
])('%s: the page, as compressed by the build, with an ETag', async (path, file) => {
  const plain = await get(path)
  expect([plain.status, plain.text, plain.headers['content-type']]).toEqual([
    200,
    PAGE(file),
    'text/html; charset=utf-8',
  ])
  expect([plain.headers['cache-control'], plain.headers.vary]).toEqual(['no-cache', 'Accept-Encoding'])
  expectSafe(plain)
  const packed = await get(path, { 'accept-encoding': 'gzip', cookie: 'flash_token=x' })
  expect(packed.headers['content-encoding']).toBe('gzip')
  expect(gunzipSync(packed.bytes).toString()).toBe(PAGE(file))
  expectSafe(packed)
  const again = await get(path, { 'accept-encoding': 'gzip', 'if-none-match': String(packed.headers.etag) })
  expect([again.status, again.text]).toEqual([304, ''])
  expect(packed.headers.etag).toMatch(/^"/)
})

test('assets may be kept for a year', async () => {
  const asset = await get('/assets/page-4f3a.js', { 'accept-encoding': 'gzip' })
  expect(asset.headers['cache-control']).toBe('public, max-age=31536000, immutable')
  expect(asset.headers['content-type']).toBe('text/javascript; charset=utf-8')
  expect(asset.headers['content-encoding']).toBe('gzip')
  expectSafe(asset)
})

test.each(['/sales/8', '/sales/abc', '/sales/07', '/nothing', '/assets/old-1.js', '/-/problem/sold_out'])(
  '%s: the 404 page, never kept',
  async (path) => {
    const answer = await get(path)
    expect([answer.status, answer.text]).toEqual([404, PAGE('404.html')])
    expect(answer.headers['cache-control']).toBeUndefined()
    expectSafe(answer)
  },
)

test('the API’s answers carry the security headers too', async () => {
  expectSafe(await get('/api/time'))
  expectSafe(await get('/api/nothing'))
})

test('whoever looks for the shop’s other domain here is sent to its own front', async () => {
  for (const host of ['shop.localhost', 'shop.example.com']) {
    const shop = await call(door.flash, 'GET', '/umbrellas?page=2', { headers: { host } })
    expect([shop.status, shop.headers.location]).toEqual([
      302,
      `http://${host}:${door.shop}/umbrellas?page=2`,
    ])
  }
  expect((await get('/', { host: 'flash.localhost' })).text).toBe(PAGE('index.html'))
  expect((await get('/', { host: 'whatever' })).text).toBe(PAGE('index.html'))
})

test('ops has a port of its own, which serves nothing of the sale', async () => {
  const page = await call(door.ops, 'GET', '/')
  expect(page.text).toContain('Sluice ops')
  expectSafe(page)
  // What it has of an API is the console's, which does not run here.
  expect((await call(door.ops, 'GET', '/api/time')).json.code).toBe('unavailable')
  expect((await get('/metrics')).status).toBe(404)
  expect((await call(door.ops, 'GET', '/metrics')).text).toContain(
    'sluice_door_answers_total{sale="none",call="click",code="passed"} 0',
  )
})
