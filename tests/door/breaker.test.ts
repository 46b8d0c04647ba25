import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Answer, call, click, eventually, tokenOf } from './call.ts'
import { JWT_SECRET, type LentDoor, lendDoor } from './lend-door.ts'
import { openSale } from './sale-cards.ts'

let door: LentDoor
beforeAll(async () => {
  door = await lendDoor({
    gateways: 2,
    // Quick, so that the tests need not wait; a request's timeout is long, so that waiting for it shows.
    tune: (conf) =>
      conf
        .replace('gateway_probe_ms = 500', 'gateway_probe_ms = 100')
        .replace('gateway_probe_timeout_ms = 2000', 'gateway_probe_timeout_ms = 400')
        .replace('gateway_out_ms = 2000', 'gateway_out_ms = 4000')
        .replace('proxy_read_timeout 3s', 'proxy_read_timeout 700ms'),
  })
  await door.publish(openSale(1), openSale(2, { soldOut: true }))
})
afterAll(() => door.stop())
beforeEach(async () => {
  for (const gateway of door.gateways) {
    Object.assign(gateway, { hangs: false, silent: false })
    await gateway.start()
  }
  await door.whenUp()
  for (const gateway of door.gateways) gateway.arrived.length = 0
})

let buyers = 0
const clickAsNew = async (): Promise<Answer> =>
  click(door.flash, 1, await tokenOf(`breaker-${++buyers}`, JWT_SECRET))
const arrived = () => door.gateways.map((gateway) => gateway.arrived.length)

function expectUnavailable(answer: Answer): void {
  expect([
    answer.status,
    answer.json.code,
    answer.headers['retry-after'],
    answer.headers['content-type'],
  ]).toEqual([503, 'unavailable', '1', 'application/problem+json'])
}

test('frozen gateways are found out without a buyer, and then nobody waits for them', async () => {
  for (const gateway of door.gateways) Object.assign(gateway, { hangs: true, silent: true })
  await door.whenUp(0)
  // On connections of their own, so both workers answer: what one found out, the other knows.
  for (const answer of await Promise.all(Array.from({ length: 40 }, clickAsNew))) expectUnavailable(answer)
  expectUnavailable(await call(door.flash, 'GET', '/api/sales/77'))
  expectUnavailable(await call(door.flash, 'POST', '/api/payments/webhook'))
  // Nobody was sent there to wait.
  expect(arrived()).toEqual([0, 0])
  expect((await click(door.flash, 2)).json.code).toBe('sold_out')
  for (const gateway of door.gateways) Object.assign(gateway, { hangs: false, silent: false })
  await door.whenUp()
  expect((await clickAsNew()).status).toBe(202)
})

test('gateways that refuse connections: out with the first, no log line for each click, back by themselves', async () => {
  const before = (await door.errorLog()).length
  for (const gateway of door.gateways) await gateway.stop()
  for (let n = 0; n < 20; n++) expectUnavailable(await clickAsNew())
  const said = (await door.errorLog()).slice(before)
  expect(said.match(/is out: /g)).toHaveLength(2)
  // Each of the two workers may find out by itself: what one knows, the other knows up to 10 ms later.
  expect(said.match(/Connection refused.*upstream:/g)?.length ?? 0).toBeLessThanOrEqual(2 * 2)
  for (const gateway of door.gateways) await gateway.start()
  await door.whenUp()
  expect((await clickAsNew()).status).toBe(202)
})

test('one that answers the door and no buyer: a few wait and are helped by the other, then it is left alone', async () => {
  const [stuck, sound] = door.gateways
  stuck!.hangs = true
  for (let n = 0; n < 24; n++) expect((await clickAsNew()).status).toBe(202)
  // Whoever went there first, in a row, until it was out.
  expect(arrived()).toEqual([3, 24])
  stuck!.hangs = false
  await door.whenUp()
  stuck!.arrived.length = 0
  await eventually(async () => (await clickAsNew()).status === 202 && stuck!.arrived.length > 0)
  expect(sound!.arrived.length).toBeGreaterThan(0)
})

test('a gateway that is only slow now and then stays in', async () => {
  const [slow] = door.gateways
  for (let n = 0; n < 4; n++) {
    slow!.hangs = true
    const late = slow!.arrived.length
    await eventually(async () => (await clickAsNew()).status === 202 && slow!.arrived.length > late)
    slow!.hangs = false
    const answered = slow!.arrived.length
    await eventually(async () => (await clickAsNew()).status === 202 && slow!.arrived.length > answered)
  }
  const { text } = await call(door.ops, 'GET', '/metrics')
  expect(text).toMatch(new RegExp(`gateway_up\\{gateway="flash/127.0.0.1:${slow!.port}"\\} 1`))
})
