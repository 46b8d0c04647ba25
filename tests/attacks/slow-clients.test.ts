import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { click, eventually } from '../door/call.ts'
import { type AttackedShop, nginxMb, openAttackedShop } from './attacked-shop.ts'
import { lendNarrowDoor, type NarrowDoor, turn } from './lend-narrow-door.ts'
import { type Held, hold } from './raw.ts'

// Whoever sends slowly, never reads or only holds on is cut off in the time that the door's numbers say, and costs
// nobody else anything. The same door as everywhere with shorter times, so that the test need not wait.

const TIME_S = 2
const LATEST_MS = 15_000
const EACH = 25
const ASSET = 'x'.repeat(1_000_000)

let shop: AttackedShop
let narrow: NarrowDoor
let before: unknown
let memory: number
const attacks: Record<'idle' | 'headers' | 'body' | 'trickle' | 'unread', Held[]> = {
  ...{ idle: [], headers: [], body: [], trickle: [], unread: [] },
}
const drips: NodeJS.Timeout[] = []

const signedHead = (buyer: string, length: number) =>
  `POST /api/sales/${shop.sale}/orders HTTP/1.1\r\nHost: f\r\nAuthorization: Bearer ${shop.token(buyer)}\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n`

beforeAll(async () => {
  shop = await openAttackedShop()
  narrow = await lendNarrowDoor(
    shop.at,
    {
      'tunables.conf': turn(
        [/client_header_timeout \d+s/, `client_header_timeout ${TIME_S}s`],
        [/client_body_timeout \d+s/, `client_body_timeout ${TIME_S}s`],
        [/send_timeout \d+s/, `send_timeout ${TIME_S}s`],
        [/keepalive_timeout \d+s/, `keepalive_timeout ${TIME_S}s`],
      ),
    },
    { 'assets/large.js': ASSET },
  )
  before = await shop.books()
  memory = await nginxMb(narrow.pid)
  const drip = (held: Held, text: string) => {
    drips.push(setInterval(() => held.socket.writable && held.socket.write(text), 300))
    return held
  }
  for (let i = 0; i < EACH; i++) {
    attacks.idle.push(await hold(narrow.flash, ''))
    // One header line after the other, without an end.
    attacks.headers.push(
      drip(await hold(narrow.flash, 'GET /api/sales HTTP/1.1\r\nHost: f\r\n'), 'X-A: b\r\n'),
    )
    attacks.body.push(await hold(narrow.flash, `${signedHead(`slow-body-${i}`, 4_000)}{`))
    attacks.trickle.push(drip(await hold(narrow.flash, `${signedHead(`trickle-${i}`, 4_000)}{`), ' '))
    const get = 'GET /assets/large.js HTTP/1.1\r\nHost: f\r\n\r\n'
    attacks.unread.push(await hold(narrow.flash, get.repeat(40), { reads: false }))
  }
})
afterAll(async () => {
  for (const timer of drips) clearInterval(timer)
  for (const { socket } of Object.values(attacks).flat()) socket.destroy()
  await narrow?.stop()
  await shop?.close()
})

test('an honest buyer is served meanwhile, and nothing is written for the others', async () => {
  expect(await shop.books()).toEqual(before)
  expect((await click(narrow.flash, shop.sale, shop.token('honest'))).status).toBe(202)
  await shop.books()
  expect((await shop.orders(shop.sale)).map(({ buyer }) => buyer)).toEqual(['honest'])
})

const allClosed = (held: Held[]) =>
  eventually(async () => held.every(({ closed }) => closed() !== undefined), LATEST_MS)

describe('cut off after their time', () => {
  test('connections that say nothing', () => allClosed(attacks.idle))

  test('headers that never end, although a line comes all the time', async () => {
    await allClosed(attacks.headers)
    for (const { received } of attacks.headers) expect(received()).toMatch(/^($|HTTP\/1\.1 4)/)
  })

  test('bodies that do not come', () => allClosed(attacks.body))

  test('answers that nobody reads', () =>
    eventually(async () => {
      const ours = attacks.unread.map(({ socket }) => socket.localPort!)
      return (await serverSockets(narrow.flash, ours)) === 0
    }, LATEST_MS))
})

test('a body of one byte now and then is not cut off; it holds a connection, and nothing else', async () => {
  // See docs/security.md: what bounds these is the number of connections an address may have.
  for (const { received } of attacks.trickle) expect(received()).toBe('')
  for (const timer of drips) clearInterval(timer)
  await allClosed(attacks.trickle)
})

test('all of that took no memory to speak of, and no click', async () => {
  expect((await nginxMb(narrow.pid)) - memory).toBeLessThan(40)
  expect((await shop.orders(shop.sale)).map(({ buyer }) => buyer)).toEqual(['honest'])
  const { held } = (await shop.books()) as { held: unknown }
  expect(JSON.stringify(held)).not.toMatch(/slow-body|trickle/)
})

/** The server's ends of these clients' connections, also those that only wait to get rid of what they have sent. */
async function serverSockets(port: number, clients: number[]): Promise<number> {
  const hex = (n: number) => n.toString(16).toUpperCase().padStart(4, '0')
  const TIME_WAIT = '06'
  const table = (await readFile('/proc/net/tcp', 'utf8')).split('\n').slice(1)
  const ours = new Set(clients.map(hex))
  return table.filter((line) => {
    const [, local, remote, state] = line.trim().split(/\s+/)
    return local?.endsWith(`:${hex(port)}`) && ours.has(remote!.slice(-4)) && state !== TIME_WAIT
  }).length
}
