import { type ClientHttp2Session, connect, constants } from 'node:http2'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type AttackedShop, memoryOf, openAttackedShop } from './attacked-shop.ts'

// The same door over TLS and HTTP/2: other frames, the same questions.

let shop: AttackedShop
let session: ClientHttp2Session
beforeAll(async () => {
  shop = await openAttackedShop()
  session = await open()
})
afterAll(async () => {
  session?.destroy()
  await shop?.close()
})

/** The development certificate is its own authority: who the door is, is not the question here. */
function open(): Promise<ClientHttp2Session> {
  return new Promise((resolve, reject) => {
    const fresh = connect(`https://127.0.0.1:${shop.at.ports.flashTls}`, { rejectUnauthorized: false })
    fresh.once('connect', () => resolve(fresh))
    fresh.on('error', reject)
  })
}

type Headers = Record<string, string | string[]>
interface Told {
  status: number | undefined
  code: string | undefined
}

/** One request on a stream of its own; status undefined when the stream or the connection was ended instead. */
function ask(over: ClientHttp2Session, headers: Headers, body = ''): Promise<Told> {
  return new Promise((resolve) => {
    let status: number | undefined
    let text = ''
    const stream = over.request(headers)
    stream.on('response', (got) => {
      status = Number(got[':status'])
    })
    stream.on('data', (chunk) => {
      text += chunk
    })
    stream.on('error', () => {})
    stream.on('close', () => resolve({ status, code: /"code":"(\w+)"/.exec(text)?.[1] }))
    stream.end(body)
  })
}

const click = (more: Headers = {}): Headers => ({
  ...{ ':method': 'POST', ':path': `/api/sales/${shop.sale}/orders`, 'content-type': 'application/json' },
  ...more,
})
const bearer = (buyer: string) => `Bearer ${shop.token(buyer)}`

describe('nobody is let in', () => {
  test.each<[string, () => Headers]>([
    [
      'by names and keys of his own',
      () => ({ 'x-user-id': 'victim', 'x-edge-key': shop.at.secrets.edgeKey }),
    ],
    ['by two of each', () => ({ 'x-user-id': ['victim', 'victim'], x_user_id: 'victim' })],
    ['by a cookie in crumbs', () => ({ cookie: ['flash_token=', shop.token('victim')] })],
    [
      'by another authority',
      () => ({ ':authority': `127.0.0.1:${shop.at.ports.gateways[0]}`, 'x-user-id': 'victim' }),
    ],
  ])('%s', async (_, headers) => {
    const before = await shop.books()
    expect(await ask(session, click(headers()), '{}')).toEqual({ status: 401, code: 'unauthenticated' })
    expect(await shop.books()).toEqual(before)
  })

  test.each([
    '/internal/metrics',
    '//internal/health',
    '/api/../internal/metrics',
    '/%69nternal/metrics',
    '/metrics',
  ])('to %s', async (path) => {
    const { status } = await ask(session, {
      ':method': 'GET',
      ':path': path,
      authorization: bearer('walker'),
    })
    expect([400, 404]).toContain(status)
  })

  test('with a body of another length than it says', async () => {
    const before = await shop.books()
    for (const length of ['0', '1', '4000']) {
      const over = await open()
      const headers = click({ authorization: bearer(`liar-${length}`), 'content-length': length })
      const { status } = await ask(over, headers, '{}')
      expect([undefined, 400, 413]).toContain(status)
      over.destroy()
    }
    expect(await shop.books()).toEqual(before)
  })
})

test('two thousand streams, opened and reset at once, cost no click, no memory, and nobody his place', async () => {
  const [before, memory] = [await shop.books(), await memoryOf(shop)]
  const resets = async () => {
    const over = await open()
    over.on('error', () => {})
    const closed = Array.from({ length: 500 }, (_, i) => {
      const stream = over.request(click({ authorization: bearer(`reset-${i}`), 'content-length': '2' }))
      stream.on('error', () => {})
      const ended = new Promise((resolve) => stream.once('close', resolve))
      stream.close(constants.NGHTTP2_CANCEL)
      return ended
    })
    await Promise.all(closed)
    over.destroy()
  }
  await Promise.all([resets(), resets(), resets(), resets()])
  expect(await shop.books()).toEqual(before)
  const after = await memoryOf(shop)
  expect(after.nginx - memory.nginx).toBeLessThan(40)
  expect(after.gateways - memory.gateways).toBeLessThan(100)
  expect(await ask(session, click({ authorization: bearer('honest') }), '{}')).toEqual({
    ...{ status: 202, code: undefined },
  })
})

test('headers without end are refused, and the next buyer is served', async () => {
  const before = await shop.books()
  const over = await open()
  over.on('error', () => {})
  const flood = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`x-${i}`, 'y'.repeat(1_000)]))
  const { status } = await ask(over, click({ authorization: bearer('headers'), ...flood }), '{}')
  expect([undefined, 400, 431, 494]).toContain(status)
  over.destroy()
  expect(await shop.books()).toEqual(before)
  await shop.honest('after-headers')
})
