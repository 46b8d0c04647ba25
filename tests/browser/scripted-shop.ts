import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import type { Sale } from '../../contract/words.ts'
import { publishAssets, publishSalePage } from '../../ops/pages/publish-page.ts'

/** An answer that a test scripts; `cut` ends the connection without one. */
export type Scripted = { status: number; body?: unknown; retryAfterS?: number } | 'cut'

export interface Asked {
  method: string
  path: string
  body: string
  at: number
}

export interface ScriptedShop {
  url: string
  /** Every API call so far. */
  asked: Asked[]
  /** How often `METHOD path` was asked. */
  count(method: string, path: string): number
  close(): Promise<void>
}

const TYPES: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
}

/**
 * Serves the built pages, under the same content policy as the door, with API answers that the test makes up: for
 * what a healthy shop never says (busy, cut connections, odd orders of events). The real line is tried in buy.test.ts.
 */
export async function scriptedShop(
  sale: Sale,
  answer: (asked: Asked) => Scripted | undefined,
): Promise<ScriptedShop> {
  const www = await mkdtemp(join(tmpdir(), 'sluice-shop-'))
  await publishAssets(www)
  await publishSalePage(www, sale)
  const asked: Asked[] = []
  const server = createServer(async (request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname
    if (!/^\/(api|dev)\//.test(path)) {
      const file = path === '/' ? '/index.html' : extname(path) === '' ? `${path}.html` : path
      const found = await readFile(join(www, file)).catch(() => undefined)
      response.writeHead(found ? 200 : 404, {
        'content-type': TYPES[found ? extname(file) : '.html'] ?? 'text/plain',
        'content-security-policy': "default-src 'self'",
      })
      response.end(found ?? (await readFile(join(www, '404.html'))))
      return
    }
    const call: Asked = { method: request.method ?? '', path, body: await text(request), at: Date.now() }
    asked.push(call)
    const given = answer(call) ?? usual(call)
    if (given === 'cut') {
      request.socket.destroy()
      return
    }
    response.writeHead(given.status, {
      'content-type': given.status < 400 ? 'application/json' : 'application/problem+json',
      ...(given.retryAfterS === undefined ? {} : { 'retry-after': String(given.retryAfterS) }),
    })
    response.end(given.status === 204 ? undefined : JSON.stringify(given.body ?? {}))
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    count: (method, path) => asked.filter((call) => call.method === method && call.path === path).length,
    async close() {
      server.closeAllConnections()
      await new Promise((closed) => server.close(closed))
      await rm(www, { recursive: true })
    },
  }
}

function usual({ method, path }: Asked): Scripted {
  if (method === 'GET' && path === '/api/time') return { status: 200, body: { now: Date.now() } }
  if (path === '/dev/sign-in') return { status: 200, body: { user: 'alice' } }
  return { status: 404, body: { code: 'not_found' } }
}

async function text(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}
