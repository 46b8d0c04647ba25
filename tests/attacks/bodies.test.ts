import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { ErrorCode } from '../../contract/errors.ts'
import { eventually } from '../door/call.ts'
import { type AttackedShop, memoryOf, openAttackedShop } from './attacked-shop.ts'
import { exchange } from './raw.ts'

// What a click may say is small: a quantity and a pass. Anything else changes nothing.

let shop: AttackedShop
beforeAll(async () => {
  shop = await openAttackedShop({ stock: 60, perUser: 2 })
})
afterAll(() => shop?.close())

let buyers = 0
let buyer: string
beforeEach(() => {
  buyer = `body${++buyers}`
})

/** A click with these bytes as its body. */
async function click(body: string | Buffer, more: string[] = []) {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(body)
  const head = [
    `POST /api/sales/${shop.sale}/orders HTTP/1.1`,
    ...['Host: f', 'Connection: close', `Authorization: Bearer ${shop.token(buyer)}`],
    ...(more.some((line) => /^content-type/i.test(line)) ? [] : ['Content-Type: application/json']),
    ...[`Content-Length: ${bytes.length}`, ...more, '', ''],
  ].join('\r\n')
  const answers = await exchange(shop.door, Buffer.concat([Buffer.from(head, 'latin1'), bytes]))
  expect(answers).toHaveLength(1)
  return answers[0]!
}

async function expectRefused(code: ErrorCode, body: string | Buffer, more?: string[]) {
  const before = await shop.books()
  const answer = await click(body, more)
  expect(answer.body).toContain(`"code":"${code}"`)
  expect(answer.head).toMatch(/^content-type: application\/problem\+json\r?$/im)
  expect(await shop.books()).toEqual(before)
}

/** The click is taken, for one unit at the sale's price. */
async function expectOne(body: string | Buffer) {
  const answer = await click(body)
  expect([answer.status, answer.body]).toEqual([202, expect.stringContaining('"ticket"')])
  const mine = async () => (await shop.orders(shop.sale)).filter((order) => order.buyer === buyer)
  await eventually(async () => (await mine()).length === 1)
  expect(await mine()).toMatchObject([{ quantity: 1, amount_cents: 990, state: 'awaiting_payment' }])
}

const nested = (open: string, close: string, depth: number) => `${open.repeat(depth)}1${close.repeat(depth)}`

describe('a body is refused', () => {
  test.each<[string, string | Buffer]>([
    ['2,000 lists deep', nested('[', ']', 2_000)],
    ['600 lists deep in a member', `{"quantity":${nested('[', ']', 600)}}`],
    ['with __proto__', '{"__proto__":{"quantity":2}}'],
    ['with an escaped __proto__', '{"\\u005f_proto__":{"quantity":2}}'],
    ['with __proto__ within', '{"a":{"b":{"__proto__":{"isAdmin":true}}}}'],
    ['with constructor.prototype', '{"constructor":{"prototype":{"quantity":2}}}'],
    ['with duplicate members, the last one too many', '{"quantity":1,"quantity":9}'],
    ['of bad UTF-8', Buffer.from([0x7b, 0xff, 0xfe, 0x7d])],
    ['of an overlong quote', Buffer.from([0x7b, 0xc0, 0xa2, 0x7d])],
    ['in UTF-16', Buffer.from('\ufeff{"quantity":1}', 'utf16le')],
    ['with a NUL behind', '{"quantity":1}\0'],
    ['with a NUL within', '{"quantity":1\0}'],
    ['with a NUL only', '\0'],
    ['of two documents', '{"quantity":1}{"quantity":2}'],
    ['with a comment', '{"quantity":1/*2*/}'],
    ['with a comma too many', '{"quantity":1,}'],
    ['in single quotes', "{'quantity':1}"],
    ['as a script', 'quantity=1;'],
    ['of a list', '[{"quantity":1}]'],
    ['of null', 'null'],
    ['of a text', '"quantity"'],
    ['of white space', ' \n '],
    ['of a BOM and nothing', '\ufeff'],
  ])('%s', (_, body) => expectRefused('invalid_request', body))

  test.each([
    ...['"1"', '1.5', '0', '-1', '-0', '3', '1e400', '-1e400', '1e9', '2147483648', '4294967297'],
    ...['9007199254740993', '18446744073709551617', '1e-9', '0.9999999999', '[1]', '[]', '{}', 'true'],
    ...['null', '""', '01', '+1', '0x1', 'NaN', 'Infinity', '.1', '1.', '١', '1_0'],
  ])('for the quantity %s', (quantity) => expectRefused('invalid_request', `{"quantity":${quantity}}`))

  test.each<[string, unknown]>([
    ['a number', 1],
    ['a list', ['x']],
    ['an object', { x: 1 }],
    ['of 513 characters', 'x'.repeat(513)],
  ])('for a pass that is %s', (_, pass) => expectRefused('invalid_request', JSON.stringify({ pass })))

  test.each<[string, string[]]>([
    ['text', ['Content-Type: text/plain']],
    ['a form', ['Content-Type: application/x-www-form-urlencoded']],
    ['parts', ['Content-Type: multipart/form-data; boundary=x']],
    ['XML', ['Content-Type: application/xml']],
    ['almost JSON', ['Content-Type: application/jsonx']],
    ['JSON and text', ['Content-Type: text/plain, application/json']],
    ['no type', ['Content-Type:']],
  ])('of %s', (_, lines) => expectRefused('unsupported_type', '{}', lines))

  test('compressed', async () => {
    const before = await shop.books()
    const answer = await click(gzipSync('{"quantity":1}'), ['Content-Encoding: gzip'])
    expect([400, 415]).toContain(answer.status)
    expect(await shop.books()).toEqual(before)
  })
})

describe('a size', () => {
  const padded = (bytes: number) => `{"x":"${'y'.repeat(bytes - 8)}"}`

  test('of 4 KB is read, one byte more is not', async () => {
    expect(padded(4_096)).toHaveLength(4_096)
    await expectRefused('too_large', padded(4_097))
    await expectOne(padded(4_096))
  })

  test('that is only announced is refused before a byte has come', async () => {
    const before = await shop.books()
    const head = `POST /api/sales/${shop.sale}/orders HTTP/1.1\r\nHost: f\r\nAuthorization: Bearer ${shop.token(buyer)}\r\nContent-Type: application/json\r\nContent-Length: 10000000000\r\n\r\n`
    const [answer] = await exchange(shop.door, head)
    expect(answer?.status).toBe(413)
    expect(await shop.books()).toEqual(before)
  })

  test('of 8 MB in chunks, fifty times, stays out of everybody’s memory', async () => {
    const before = await memoryOf(shop)
    const books = await shop.books()
    const chunk = `2000\r\n${'x'.repeat(8_192)}\r\n`
    const head = `POST /api/sales/${shop.sale}/orders HTTP/1.1\r\nHost: f\r\nAuthorization: Bearer ${shop.token(buyer)}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`
    const attack = Buffer.from(head + chunk.repeat(128), 'latin1')
    for (let round = 0; round < 5; round++) {
      const all = await Promise.all(
        Array.from({ length: 10 }, () => exchange(shop.door, attack, { quietMs: 200 })),
      )
      // The first of them is cut off for its size, the others as clicks of the same buyer within two seconds.
      for (const answers of all) for (const { status } of answers) expect([413, 429, 503]).toContain(status)
    }
    const after = await memoryOf(shop)
    expect(after.nginx - before.nginx).toBeLessThan(40)
    expect(after.gateways - before.gateways).toBeLessThan(150)
    expect(await shop.books()).toEqual(books)
  })
})

describe('what a body says beside is not heard', () => {
  test.each<[string, string]>([
    ['duplicate members', '{"quantity":2,"quantity":1}'],
    ['a whole number with a point', '{"quantity":1.0}'],
    ['a whole number with an exponent', '{"quantity":1e0}'],
    ['a BOM', '\ufeff{"quantity":1}'],
    ['300 objects deep', nested('{"a":', '}', 300)],
    ['a constructor', '{"constructor":1,"toString":2,"hasOwnProperty":3}'],
    ['members without end', `{${Array.from({ length: 300 }, (_, i) => `"m${i}":0`).join(',')}}`],
    ['another spelling', '{"Quantity":2,"QUANTITY":2,"quantity ":2}'],
  ])('%s', (_, body) => expectOne(body))
})

test('the honest buyer buys after all this, and the books are in order', async () => {
  await shop.honest('honest')
  expect((await shop.audit(shop.sale)).audit).toMatchObject({ ok: true })
})
