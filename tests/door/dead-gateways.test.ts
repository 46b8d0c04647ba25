import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { call, click, eventually, tokenOf } from './call.ts'
import { JWT_SECRET, type LentDoor, lendDoor } from './lend-door.ts'
import { openSale } from './sale-cards.ts'

let door: LentDoor
beforeAll(async () => {
  door = await lendDoor({
    gateways: 2,
    tune: (conf) => conf.replace('proxy_read_timeout 3s', 'proxy_read_timeout 1s'),
  })
  await door.publish(openSale(1), openSale(2, { soldOut: true }))
})
afterAll(() => door.stop())
beforeEach(() => {
  for (const gateway of door.gateways) gateway.arrived.length = 0
})

describe('gateways that are dead', () => {
  test('one: the other is asked, also for a click', async () => {
    await door.gateways[0]!.stop()
    for (let n = 0; n < 4; n++)
      expect((await click(door.flash, 1, await tokenOf(`one-${n}`, JWT_SECRET))).status).toBe(202)
    await door.gateways[0]!.start()
  })

  test('one that takes requests and never answers: the other is asked', async () => {
    // nginx leaves a dead gateway alone for a while: wait until it is trusted again.
    await eventually(async () => {
      await call(door.flash, 'GET', '/api/sales/77')
      return door.gateways[0]!.arrived.length > 0
    })
    for (const gateway of door.gateways) gateway.arrived.length = 0
    door.gateways[0]!.hangs = true
    // So many that some belong to the first one, whatever the ports.
    const buyers = Array.from({ length: 16 }, (_, n) => `hang-${n}`)
    const answers = await Promise.all(
      buyers.map(async (buyer) => click(door.flash, 1, await tokenOf(buyer, JWT_SECRET))),
    )
    expect(answers.map(({ status }) => status)).toEqual(buyers.map(() => 202))
    expect(door.gateways[0]!.arrived.length).toBeGreaterThan(0)
    expect(door.gateways[1]!.arrived.map(({ body }) => body)).toEqual(buyers.map(() => '{}'))
    door.gateways[0]!.hangs = false
  })

  test('all: 503 unavailable, while the door still answers what it knows; back within seconds', async () => {
    for (const gateway of door.gateways) await gateway.stop()
    const calls: [string, string][] = [
      ['POST', '/api/sales/1/orders'],
      ['GET', '/api/sales/77'],
      ['GET', '/api/orders'],
      ['POST', '/api/payments/webhook'],
    ]
    const mine = { authorization: `Bearer ${await tokenOf('all-dead', JWT_SECRET)}` }
    for (const [method, path] of calls) {
      const answer = await call(door.flash, method, path, { headers: mine })
      expect(
        [answer.status, answer.json.code, answer.headers['content-type'], answer.headers['retry-after']],
        path,
      ).toEqual([503, 'unavailable', 'application/problem+json', '1'])
    }
    expect((await click(door.flash, 2)).json.code).toBe('sold_out')
    expect((await click(door.flash, 77)).json.code).toBe('unknown_sale')
    expect((await call(door.flash, 'GET', '/api/sales/1')).json.state).toBe('open')
    for (const gateway of door.gateways) await gateway.start()
    await eventually(async () => (await click(door.flash, 1, mine.authorization.slice(7))).status === 202)
  })
})
