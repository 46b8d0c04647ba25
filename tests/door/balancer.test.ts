import { request } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { choosePort } from '../../stack/ports.ts'
import { call, eventually, pause, tokenOf } from './call.ts'
import { type GatewayStandIn, startGateway } from './gateway-stand-in.ts'
import { JWT_SECRET, type LentDoor, lendDoor } from './lend-door.ts'
import { openSale } from './sale-cards.ts'

const WORKERS = 2
let door: LentDoor
let shopServer: GatewayStandIn
/** Buyers with their tokens, and the gateway that each belongs to. */
const buyers: { headers: Record<string, string>; owner: number }[] = []

beforeAll(async () => {
  shopServer = await startGateway(await choosePort())
  shopServer.answer = { status: 200, body: { shop: true } }
  door = await lendDoor({
    gateways: 3,
    shopServers: [shopServer],
    // So that one buyer may ask often.
    tune: (conf) => conf.replace('polls_per_second = 10', 'polls_per_second = 1000'),
  })
  await door.publish(openSale(1))
  for (let n = 0; n < 300; n++) {
    const headers = { authorization: `Bearer ${await tokenOf(`buyer-${n}`, JWT_SECRET)}` }
    buyers.push({ headers, owner: await askWhere(headers) })
  }
})
afterAll(async () => {
  await door.stop()
  await shopServer.stop()
})
beforeEach(() => door.whenUp())

const ask = (headers: Record<string, string>) => call(door.flash, 'GET', '/api/orders', { headers })

/** Asks as this buyer, alone; the index of the gateway where it arrived. */
async function askWhere(headers: Record<string, string>): Promise<number> {
  for (const gateway of door.gateways) gateway.arrived.length = 0
  expect((await ask(headers)).status).toBe(202)
  return door.gateways.findIndex((gateway) => gateway.arrived.length === 1)
}

test('a buyer meets the same gateway again, through whichever worker', async () => {
  for (const { headers, owner } of buyers.slice(0, 20))
    for (let n = 0; n < 3; n++) expect(await askWhere(headers)).toBe(owner)
})

test('each gateway has its share of the buyers', () => {
  const shares = [0, 1, 2].map((index) => buyers.filter(({ owner }) => owner === index).length)
  for (const share of shares) expect(share).toBeGreaterThan(60)
})

test('without one gateway its buyers are spread over the others, and nobody else moves', async () => {
  await door.gateways[0]!.stop()
  await door.whenUp(2)
  const helped = new Set<number>()
  for (const { headers, owner } of buyers.slice(0, 60)) {
    const where = await askWhere(headers)
    if (owner === 0) helped.add(where)
    else expect(where).toBe(owner)
  }
  expect([...helped].sort()).toEqual([1, 2])
  await door.gateways[0]!.start()
  await door.whenUp()
  const back = buyers.find(({ owner }) => owner === 0)!
  expect(await askWhere(back.headers)).toBe(0)
})

test('a crowd of one gateway is shared: none has much more than an even share', async () => {
  const crowd = buyers.filter(({ owner }) => owner === 0).slice(0, 60)
  for (const gateway of door.gateways) Object.assign(gateway, { holds: true, arrived: [] })
  const answers = crowd.map(({ headers }) => ask(headers))
  await eventually(async () => door.gateways.reduce((sum, { arrived }) => sum + arrived.length, 0) === 60)
  const loads = door.gateways.map(({ arrived }) => arrived.length)
  for (const gateway of door.gateways) gateway.release()
  for (const { status } of await Promise.all(answers)) expect(status).toBe(202)
  // 125% of an even share, and each worker rounds up.
  expect(Math.max(...loads)).toBeLessThanOrEqual(Math.ceil((1.25 * 60) / 3) + WORKERS)
  expect(Math.min(...loads)).toBeGreaterThan(5)
})

test('connections to the gateways are used again', async () => {
  for (const gateway of door.gateways) gateway.connections.clear()
  for (const { headers } of buyers.slice(0, 150)) expect((await ask(headers)).status).toBe(202)
  const connections = door.gateways.reduce((sum, gateway) => sum + gateway.connections.size, 0)
  // One for each worker and gateway, and some that the pause before had closed.
  expect(connections).toBeLessThanOrEqual(2 * WORKERS * door.gateways.length)
})

describe('isolation of the flash group', () => {
  const [first, second] = ['127.0.0.1', '127.0.0.1']
  const turn = (from: string, to: string) => door.tune((conf) => conf.replace(from, to)).then(door.reload)

  /** An open request that the test can hang up. */
  function hold(headers: Record<string, string>) {
    const outgoing = request({
      host: first,
      port: door.flash,
      path: '/api/orders',
      headers,
      agent: false,
      localAddress: second,
    })
    const status = new Promise<number>((resolve) => {
      outgoing.on('response', (incoming) => resolve(incoming.resume().statusCode!))
      outgoing.on('error', () => resolve(0))
    })
    outgoing.end()
    return { status, hangUp: () => outgoing.destroy() }
  }

  test('so many connections at once, and a place comes free when a buyer hangs up', async () => {
    await turn('flash_group_connections = 0', 'flash_group_connections = 20')
    for (const gateway of door.gateways) Object.assign(gateway, { hangs: true, arrived: [] })
    const under = () => door.gateways.reduce((sum, { arrived }) => sum + arrived.length, 0)
    const held = buyers.slice(0, 20).map(({ headers }) => hold(headers))
    await eventually(async () => under() === 20)
    for (const { headers } of buyers.slice(20, 30)) {
      const answer = await ask(headers)
      expect([answer.status, answer.json.code, answer.headers['retry-after']]).toEqual([503, 'busy', '1'])
    }
    expect(under()).toBe(20)
    // The shop's group shares this nginx, and does not feel it.
    const visit = await call(door.flash, 'GET', '/cart?n=1', {
      headers: {
        host: 'shop.localhost',
        cookie: 'basket=7',
        'x-user-id': 'somebody',
        'x-edge-key': 'guessed',
      },
    })
    expect([visit.status, visit.json]).toEqual([200, { shop: true }])
    const seen = shopServer.arrived.at(-1)!
    expect([seen.path, seen.headers.cookie, seen.headers['x-user-id'], seen.headers['x-edge-key']]).toEqual([
      '/cart?n=1',
      'basket=7',
      undefined,
      undefined,
    ])
    for (const gateway of door.gateways) gateway.hangs = false
    for (const { hangUp } of held) hangUp()
    await Promise.all(held.map(({ status }) => status))
    await eventually(async () => (await ask(buyers[30]!.headers)).status === 202)
    await turn('flash_group_connections = 20', 'flash_group_connections = 0')
  })

  test('so many requests a second', async () => {
    await turn('flash_group_per_second = 0', 'flash_group_per_second = 100')
    // At the start of a second, so that all fall into one, or into two on a slow machine.
    await pause(1_000 - (Date.now() % 1_000) + 5)
    const startedAt = Date.now()
    const answers = await Promise.all(buyers.map(({ headers }) => ask(headers)))
    const seconds = Math.floor(Date.now() / 1_000) - Math.floor(startedAt / 1_000) + 1
    const passed = answers.filter(({ status }) => status === 202).length
    expect(passed).toBeGreaterThanOrEqual(100)
    expect(passed).toBeLessThanOrEqual(100 * seconds)
    for (const { status, json } of answers)
      if (status !== 202) expect([status, json.code]).toEqual([503, 'busy'])
    await turn('flash_group_per_second = 100', 'flash_group_per_second = 0')
  })
})
