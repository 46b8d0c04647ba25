import { expect, test } from 'vitest'
import { decodeMessage, encodeMessage, headersOf, type ReleaseMessage } from './release-message.ts'

const [ONE, TWO] = ['0123456789abcdef0123456789abcdef', 'ffffffffffffffffffffffffffffffff']
const message: ReleaseMessage = {
  ...{ sale: 7, epoch: 1, kind: 'order', releasedAt: 1_700_000_000_000 },
  tickets: [
    { number: 41, buyer: 'ann', quantity: 1, request: ONE },
    { number: 42, buyer: 'bob', quantity: 2, request: undefined },
    { number: 43, buyer: 'cyd', quantity: 1, request: TWO },
  ],
}
const requestsOf = (read: ReleaseMessage) => read.tickets.map(({ request }) => request)

test('a message is read as it was written, with the requests of its tickets from the headers', () => {
  expect(decodeMessage(encodeMessage(message), headersOf(message))).toEqual(message)
})

test('its body is what gateways and workers of before wrote and read', () => {
  expect(JSON.parse(encodeMessage(message).toString())).toEqual({
    ...{ v: 1, sale: 7, epoch: 1, kind: 'order', at: 1_700_000_000_000 },
    tickets: [
      [41, 'ann'],
      [42, 'bob', 2],
      [43, 'cyd'],
    ],
  })
  expect(requestsOf(decodeMessage(encodeMessage(message)))).toEqual([undefined, undefined, undefined])
  expect(requestsOf(decodeMessage(encodeMessage(message), {}))).toEqual([undefined, undefined, undefined])
})

test('where nobody knows a request the header is left out', () => {
  const tickets = message.tickets.map((ticket) => ({ ...ticket, request: undefined }))
  expect(headersOf({ ...message, tickets })).toEqual({ sale: 7, tickets: 3 })
})

test('a header that is no list of requests costs nobody an order', () => {
  const read = (requests: unknown) => requestsOf(decodeMessage(encodeMessage(message), { requests }))
  const bad: unknown[] = [
    null,
    'x',
    7,
    {},
    { length: 3 },
    [],
    [null, [], {}],
    ['x'.repeat(500), '', `${ONE}\n`],
  ]
  for (const requests of bad) expect(read(requests)).toEqual([undefined, undefined, undefined])
  expect(read([`${ONE}"`, ONE.toUpperCase(), ONE, TWO])).toEqual([undefined, undefined, ONE])
})
