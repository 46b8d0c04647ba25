import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type AttackedShop, openAttackedShop } from './attacked-shop.ts'
import { exchange, type RawAnswer } from './raw.ts'

// One request in, one request on. Whatever a client does with lengths, chunks and line ends, no second request reaches
// a gateway that the door did not ask its questions.

let shop: AttackedShop
beforeAll(async () => {
  shop = await openAttackedShop({ stock: 30 })
})
afterAll(() => shop?.close())

const statuses = (answers: RawAnswer[]) => answers.map(({ status }) => status)

/** What is to slip through: a click in another's name, as the door would send it. */
const inner = () =>
  `POST /api/sales/${shop.sale}/orders HTTP/1.1\r\nHost: f\r\nX-User-Id: smuggled\r\nX-Edge-Key: ${shop.at.secrets.edgeKey}\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}`

/** A poll that passes to a gateway, with these header lines and this body. */
const outer = (lines: string[], body: string, method = 'POST', path = `/api/sales/${shop.sale}/orders`) =>
  `${method} ${path} HTTP/1.1\r\nHost: f\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n${body}`

let carriers = 0
/** Headers of a buyer whose click passes: each of these is one of his own. */
const signed = () => [
  `Authorization: Bearer ${shop.token(`carrier${++carriers}`)}`,
  'Content-Type: application/json',
]

/** Nobody named `smuggled` is in the books, and whoever else came in is one of the carriers. */
async function expectNothingSmuggled() {
  const { held, rows } = (await shop.books()) as { held: unknown[]; rows: unknown[] }
  expect(JSON.stringify([held, rows])).not.toContain('smuggled')
}

describe('two lengths, or none that can be right', () => {
  const BAD: [string, (body: string) => string[]][] = [
    ['CL and TE', (body) => [`Content-Length: ${body.length}`, 'Transfer-Encoding: chunked']],
    ['TE and CL', () => ['Transfer-Encoding: chunked', 'Content-Length: 4']],
    ['CL and a TE in capitals', () => ['Content-Length: 4', 'TRANSFER-ENCODING: CHUNKED']],
    ['two TE', () => ['Transfer-Encoding: chunked', 'Transfer-Encoding: identity']],
    ['TE chunked, identity', () => ['Transfer-Encoding: chunked, identity']],
    ['TE identity', () => ['Transfer-Encoding: identity', 'Content-Length: 4']],
    ['TE xchunked', () => ['Transfer-Encoding: xchunked', 'Content-Length: 4']],
    ['TE with a vertical tab', () => ['Transfer-Encoding: \x0bchunked', 'Content-Length: 4']],
    ['TE with a space before the colon', () => ['Transfer-Encoding : chunked', 'Content-Length: 4']],
    ['TE folded', () => ['Transfer-Encoding:\r\n chunked', 'Content-Length: 4']],
    ['TE gzip, chunked', () => ['Transfer-Encoding: gzip, chunked']],
    ['two CL', (body) => ['Content-Length: 0', `Content-Length: ${body.length}`]],
    ['two equal CL', () => ['Content-Length: 2', 'Content-Length: 2']],
    ['CL 2, 2', () => ['Content-Length: 2, 2']],
    ['CL +2', () => ['Content-Length: +2']],
    ['CL -1', () => ['Content-Length: -1']],
    ['CL 0x2', () => ['Content-Length: 0x2']],
    ['CL 2 0', () => ['Content-Length: 2 0']],
    ['CL of 20 digits', () => ['Content-Length: 99999999999999999999']],
    ['CL of 2^64 + 2', () => ['Content-Length: 18446744073709551618']],
    ['CL empty', () => ['Content-Length:']],
    ['CL with a space before the colon', () => ['Content-Length : 2']],
  ]
  test.each(BAD)('%s', async (name, lines) => {
    const before = await shop.books()
    const body = `0\r\n\r\n${inner()}`
    const answers = await exchange(shop.door, outer([...signed(), ...lines(body)], body), { quietMs: 250 })
    expect(answers.length, name).toBeGreaterThanOrEqual(1)
    for (const { status } of answers) expect([400, 401, 411, 413, 415, 501]).toContain(status)
    for (const { status, head } of answers)
      if (status !== 401) expect(head.toLowerCase(), name).toContain('connection: close')
    await expectNothingSmuggled()
    expect(await shop.books()).toEqual(before)
  })

  test('nginx’s own refusals are problems too', async () => {
    const [answer] = await exchange(shop.door, outer(['Transfer-Encoding: xchunked'], ''), { quietMs: 250 })
    expect(answer?.head).toContain('Content-Type: application/problem+json')
  })
})

describe('chunks', () => {
  const chunked = () => [...signed(), 'Transfer-Encoding: chunked']
  const BAD: [string, () => string][] = [
    ['a size in rubbish', () => `xyz\r\n{}\r\n0\r\n\r\n${inner()}`],
    ['a size of 0x2', () => `0x2\r\n{}\r\n0\r\n\r\n${inner()}`],
    ['a negative size', () => `-2\r\n{}\r\n0\r\n\r\n${inner()}`],
    ['a size beyond 64 bits', () => `10000000000000002\r\n{}\r\n0\r\n\r\n${inner()}`],
    ['a size of 64 bits', () => `fffffffffffffffe\r\n{}\r\n0\r\n\r\n${inner()}`],
    ['a chunk longer than its size', () => `1\r\n{}\r\n0\r\n\r\n${inner()}`],
    ['no end of line after a chunk', () => `2\r\n{}0\r\n\r\n${inner()}`],
  ]
  test.each(BAD)('%s', async (_, body) => {
    const before = await shop.books()
    const answers = await exchange(shop.door, outer(chunked(), body()), { quietMs: 250 })
    expect([400, 413]).toContain(answers[0]?.status)
    expect(answers).toHaveLength(1)
    await expectNothingSmuggled()
    expect(await shop.books()).toEqual(before)
  })

  test.each<[string, string]>([
    ['an extension', '2;x=y\r\n{}\r\n0\r\n\r\n'],
    ['leading zeros', '0002\r\n{}\r\n0\r\n\r\n'],
    ['a trailer that names somebody', '2\r\n{}\r\n0\r\nX-User-Id: smuggled\r\nX-Edge-Key: k\r\n\r\n'],
  ])('%s is no harm: the click of its sender', async (_, body) => {
    const answers = await exchange(shop.door, outer([...chunked(), 'Connection: close'], body))
    // nginx may refuse what it does not know; what it takes, it takes as one click.
    expect([[202], [400]]).toContainEqual(statuses(answers))
    await expectNothingSmuggled()
  })
})

describe('line ends and folds', () => {
  test('bare line feeds separate lines as for everybody behind: one click, of its sender', async () => {
    const text = outer([...signed(), 'Content-Length: 2', 'Connection: close'], '{}').replaceAll('\r\n', '\n')
    expect([[202], [400]]).toContainEqual(statuses(await exchange(shop.door, text)))
    await expectNothingSmuggled()
  })

  test.each([
    ['a bare CR', 'X-A: b\rX-User-Id: smuggled'],
    ['a fold', 'X-A: b\r\n X-User-Id: smuggled'],
    ['a tab fold', 'X-A: b\r\n\tX-User-Id: smuggled'],
    ['a NUL', 'X-A: b\0X-User-Id: smuggled'],
  ])('%s makes no header of its own', async (_, line) => {
    const before = await shop.books()
    const lines = [line, 'Content-Type: application/json', 'Content-Length: 2', 'Connection: close']
    const answers = await exchange(shop.door, outer(lines, '{}'))
    expect([[400], [401]]).toContainEqual(statuses(answers))
    expect(await shop.books()).toEqual(before)
  })
})

describe('a second request behind the first', () => {
  test('is asked who it is by itself', async () => {
    const first = outer([...signed(), 'Content-Length: 2'], '{}')
    const second = `GET /api/orders HTTP/1.1\r\nHost: f\r\n\r\n`
    const last = `GET /api/time HTTP/1.1\r\nHost: f\r\nConnection: close\r\n\r\n`
    expect(statuses(await exchange(shop.door, first + second + inner() + last))).toEqual([202, 401, 401, 200])
    await expectNothingSmuggled()
  })

  test('is not the body of a refused one', async () => {
    const hidden = inner()
    const refused = outer(['Content-Type: application/json', `Content-Length: ${hidden.length}`], hidden)
    const last = `GET /api/time HTTP/1.1\r\nHost: f\r\nConnection: close\r\n\r\n`
    expect(statuses(await exchange(shop.door, refused + last))).toEqual([401, 200])
    await expectNothingSmuggled()
  })

  test('is not the body of a GET', async () => {
    const hidden = inner()
    const auth = signed()[0]!
    const text = outer([auth, `Content-Length: ${hidden.length}`], hidden, 'GET', '/api/orders')
    const last = `GET /api/time HTTP/1.1\r\nHost: f\r\nConnection: close\r\n\r\n`
    const answers = statuses(await exchange(shop.door, text + last))
    expect(answers.at(-1)).toBe(200)
    expect(answers).toHaveLength(2)
    await expectNothingSmuggled()
  })

  test('does not follow an Upgrade, an Expect or a CONNECT', async () => {
    const before = await shop.books()
    for (const lines of [
      ['Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAAQAAP__'],
      ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 777'],
      ['Expect: 100-continue', 'Content-Length: 0'],
      ['Expect: everything'],
    ]) {
      const answers = statuses(
        await exchange(shop.door, outer(lines, inner(), 'GET', '/api/orders'), { quietMs: 200 }),
      )
      for (const status of answers) expect([100, 400, 401, 417]).toContain(status)
    }
    for (const line of [
      'CONNECT 127.0.0.1:6379 HTTP/1.1\r\nHost: 127.0.0.1:6379',
      'TRACE /api/orders HTTP/1.1\r\nHost: f\r\nX-A: b',
      'PRI * HTTP/2.0',
      'GET /api/orders HTTP/9.9\r\nHost: f',
      'GET /internal/metrics',
    ]) {
      const answers = await exchange(shop.door, `${line}\r\n\r\n`, { quietMs: 200 })
      for (const { status, body } of answers) {
        expect(body, line).not.toMatch(/sluice_|process_/)
        expect([0, 400, 404, 405, 505], line).toContain(status)
      }
    }
    await expectNothingSmuggled()
    expect(await shop.books()).toEqual(before)
  })
})

describe('the way inside', () => {
  const PATHS = [
    ...[
      '/internal/metrics',
      '/internal/health',
      '//internal/metrics',
      '/./internal/metrics',
      '/internal//health',
    ],
    ...['/api/../internal/metrics', '/api/orders/../../internal/metrics', '/assets/../internal/metrics'],
    ...['/%69nternal/metrics', '/%2finternal/metrics', '/internal%2fmetrics', '/api/%2e%2e/internal/metrics'],
    ...[
      '/api/orders/..%2f..%2finternal%2fmetrics',
      '/api/tickets/%2e%2e%2finternal',
      '/api/sales/..%2f..%2finternal%2fmetrics',
    ],
    ...[
      '/api/sales/..%252f..%252finternal%252fmetrics',
      '/api/sales/1/..;/internal/metrics',
      '/api/orders/..\\..\\internal',
    ],
    ...[
      '/api/sales/1%2forders',
      '/api/sales/1%3f/../internal',
      '/api/sales/%23',
      '/INTERNAL/metrics',
      '/internal/metrics%00',
    ],
    ...[
      '/api/sales/1%0d%0aX-User-Id:%20eve',
      '/api/orders/1%20HTTP/1.1%0d%0aHost:%20x',
      '/metrics',
      '/%2fmetrics',
      '/-/problem/sold_out',
    ],
    ...[
      '/nginx.conf',
      '/../nginx/nginx.conf',
      '/..%2fnginx%2fnginx.conf',
      '/assets/..%2f..%2fstack.json',
      '/.git/config',
      '/assets../stack.json',
    ],
    '/@unavailable',
  ]
  test.each(PATHS)('%s', async (path) => {
    const auth = `Authorization: Bearer ${shop.token(`way${Math.random()}`)}`
    for (const lines of [[], [auth, `X-Edge-Key: ${shop.at.secrets.edgeKey}`]]) {
      const bytes = outer([...lines, 'Connection: close'], '', 'GET', path)
      const [answer] = await exchange(shop.door, bytes)
      expect([400, 401, 404, 405], path).toContain(answer?.status)
      expect(answer?.body).not.toMatch(/"ok":|sluice_|process_|worker_processes|supervisor/)
    }
  })

  test('absolute addresses and other hosts lead to the same door', async () => {
    const gateway = `127.0.0.1:${shop.at.ports.gateways[0]}`
    const ops = `127.0.0.1:${shop.at.ports.ops}`
    for (const host of [
      gateway,
      ops,
      'ops.localhost',
      'localhost',
      '127.0.0.1',
      '[::1]',
      'gateways',
      'unix:/tmp/x',
    ]) {
      for (const text of [
        `GET http://${host}/internal/metrics HTTP/1.1\r\nHost: f`,
        `GET /internal/metrics HTTP/1.1\r\nHost: ${host}`,
        `GET /metrics HTTP/1.1\r\nHost: ${host}`,
      ]) {
        const [answer] = await exchange(shop.door, `${text}\r\nConnection: close\r\n\r\n`)
        expect([400, 404], text).toContain(answer?.status)
        expect(answer?.body, text).not.toMatch(/sluice_|process_/)
      }
    }
  })

  test.each([
    ['two hosts', 'Host: f\r\nHost: g'],
    ['no host', 'X-A: b'],
    ['a host with a path', 'Host: f/internal'],
    ['a host with a space', 'Host: f g'],
    ['a host with an end of line', 'Host: f\0g'],
  ])('%s is no request', async (_, lines) => {
    const [answer] = await exchange(
      shop.door,
      `GET /api/orders HTTP/1.1\r\n${lines}\r\nConnection: close\r\n\r\n`,
    )
    expect(answer?.status).toBe(400)
  })
})

test('the honest buyer buys after all this', async () => {
  await shop.honest('honest')
  const buyers = (await shop.orders(shop.sale)).map(({ buyer }) => buyer)
  expect(buyers.filter((buyer) => !buyer.startsWith('carrier'))).toEqual(['honest'])
})
