import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from '../door/call.ts'
import { type AttackedShop, openAttackedShop } from './attacked-shop.ts'
import { lendNarrowDoor, type NarrowDoor, turn } from './lend-narrow-door.ts'
import { exchange, type Held, hold } from './raw.ts'

// Connections are what an attacker has most of. The same door with room for fewer of them.

const PLACES = 160
const AN_ADDRESS = 12
const HONEST = '127.0.0.77'

let shop: AttackedShop
let narrow: NarrowDoor
const held: Held[] = []
beforeAll(async () => {
  shop = await openAttackedShop()
  narrow = await lendNarrowDoor(shop.at, {
    'tunables_connections.conf': turn([/worker_connections \d+/, `worker_connections ${PLACES}`]),
    'tunables_overload.conf': turn([/limit_conn addresses \d+/, `limit_conn addresses ${AN_ADDRESS}`]),
  })
})
const letGo = () => {
  for (const { socket } of held.splice(0)) socket.destroy()
}
afterAll(async () => {
  letGo()
  await narrow?.stop()
  await shop?.close()
})

const request = (buyer: string, lines: string[], body: string) =>
  `POST /api/sales/${shop.sale}/orders HTTP/1.1\r\nHost: f\r\nAuthorization: Bearer ${shop.token(buyer)}\r\nContent-Type: application/json\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n${body}`
const honestClick = async (buyer: string) => {
  const [answer] = await exchange(
    narrow.flash,
    request(buyer, ['Content-Length: 2', 'Connection: close'], '{}'),
    {
      from: HONEST,
    },
  )
  return answer?.status
}

test('more idle connections than there are places: the oldest of them go, the next buyer comes in', async () => {
  for (let i = 0; i < PLACES * 2; i++) held.push(await hold(narrow.flash, ''))
  expect(await honestClick('honest-1')).toBe(202)
  await eventually(async () => held.filter(({ closed }) => closed() !== undefined).length >= PLACES)
  letGo()
})

test('bodies that trickle from one address: so many and no more; another address does not notice', async () => {
  const before = await shop.books()
  for (let i = 0; i < AN_ADDRESS * 2; i++)
    held.push(await hold(narrow.flash, request(`trickle-${i}`, ['Content-Length: 4000'], '{')))
  await eventually(async () => held.filter(({ received }) => received() !== '').length === AN_ADDRESS)
  for (const { received } of held)
    if (received() !== '')
      expect(received()).toMatch(/^HTTP\/1\.1 429 [\s\S]*retry-after: [1-9][\s\S]*"too_many_requests"/i)
  expect(await shop.books()).toEqual(before)
  expect(await honestClick('honest-2')).toBe(202)
  letGo()
  await shop.books()
  expect((await shop.orders(shop.sale)).map(({ buyer }) => buyer)).toEqual(['honest-1', 'honest-2'])
})
