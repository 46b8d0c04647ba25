import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Answer, call, eventually, pause, tokenOf, within } from './call.ts'
import { JWT_SECRET, type LentDoor, lendDoor } from './lend-door.ts'
import { openSale } from './sale-cards.ts'

// Seconds must pass here, on a machine that runs other tests beside these.
let door: LentDoor
beforeAll(async () => {
  door = await lendDoor()
  // Every address counts, this machine's too.
  await door.tune((conf) => conf.replace('  127.0.0.0/8 0;\n', ''), 'tunables_addresses.conf')
  await door.tune((conf) => conf.replace('address_clicks_per_second = 500', 'address_clicks_per_second = 5'))
  await door.reload()
  await door.publish(openSale(1))
})
afterAll(() => door.stop())

let nth = 0
/** A click of a buyer who has not clicked before. */
const clickFrom = async (address?: string, buyer = `buyer-${++nth}`): Promise<Answer> =>
  call(door.flash, 'POST', '/api/sales/1/orders', {
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${await tokenOf(buyer, JWT_SECRET)}`,
      ...(address === undefined ? {} : { 'x-forwarded-for': address }),
    },
    body: '{}',
  })
/** How many of ten clicks in one second go through; the others are told to come again. */
async function passing(addressOf: (n: number) => string | undefined): Promise<number> {
  await pause(1_050)
  const answers = await within(1_000, () =>
    Promise.all(Array.from({ length: 10 }, (_, n) => clickFrom(addressOf(n)))),
  )
  const passed = answers.filter(({ status }) => status === 202).length
  for (const { status, json, headers } of answers)
    if (status !== 202)
      expect([status, json.code, headers['retry-after']]).toEqual([429, 'too_many_requests', '1'])
  return passed
}
const metric = async (name: string) => {
  const { text } = await call(door.ops, 'GET', '/metrics')
  return Number(
    text
      .split('\n')
      .find((line) => line.startsWith(`${name} `))
      ?.slice(name.length),
  )
}
const REFUSED = 'sluice_door_refused_by_total{sale="1",question="address_limit"}'

describe('clicks from one address', () => {
  test('five a second here, from whomever, whatever X-Forwarded-For says; counted', async () => {
    const before = (await metric(REFUSED)) || 0
    expect(await passing((n) => `203.0.113.${n}`)).toBe(5)
    expect(await passing(() => undefined)).toBe(5)
    expect(await metric(REFUSED)).toBeGreaterThanOrEqual(before + 10)
  })

  test('who is refused for his neighbours may click as soon as he is told', async () => {
    const late = 'late-comer'
    await pause(1_050)
    const refused = await within(1_000, async () => {
      await Promise.all(Array.from({ length: 10 }, () => clickFrom()))
      return clickFrom(undefined, late)
    })
    expect(refused.status).toBe(429)
    await pause(1_050)
    expect((await clickFrom(undefined, late)).status).toBe(202)
  })

  test('one buyer who hammers does not use up what his neighbours may ask', async () => {
    await pause(1_050)
    const neighbour = await within(1_000, async () => {
      await clickFrom(undefined, 'hammer')
      await Promise.all(Array.from({ length: 30 }, () => clickFrom(undefined, 'hammer')))
      return clickFrom()
    })
    expect(neighbour.status).toBe(202)
  })
})

describe('behind a proxy that is believed', () => {
  beforeAll(async () => {
    await door.tune(
      (conf) => conf.replace('real_ip_header', 'set_real_ip_from 127.0.0.1;\nreal_ip_header'),
      'tunables_addresses.conf',
    )
    await door.reload()
  })

  test('each address of its own', async () => {
    expect(await passing((n) => `203.0.113.${n}`)).toBe(10)
    expect(await passing(() => '203.0.113.7')).toBe(5)
  })

  test('the last one before it counts, not what the client itself put in front', async () => {
    expect(await passing((n) => `198.51.100.${n}, 203.0.113.9`)).toBe(5)
  })

  test('an IPv6 address counts by its first 64 bits', async () => {
    expect(await passing((n) => `2001:db8:1:2::${n}`)).toBe(5)
    expect(await passing((n) => `2001:db8:1:${n}::1`)).toBe(10)
    expect(await passing((n) => (n % 2 ? '::ffff:203.0.113.11' : '203.0.113.11'))).toBe(5)
  })

  test('a flood of addresses: bounded, counted; an entry pushed out is at most one second of one address', async () => {
    await door.tune((conf) =>
      conf.replace('lua_shared_dict click_addresses 20m', 'lua_shared_dict click_addresses 12k'),
    )
    await door.reload()
    await eventually(async () => {
      // An entry lives a second: on a busy machine it takes more than one such flood to fill the list.
      const flood = Array.from({ length: 250 }, (_, n) => clickFrom(`2001:db8:${n}::1`))
      for (const { status } of await Promise.all(flood)) expect(status).toBe(202)
      return (await metric('sluice_door_evictions_total{dict="click_addresses"}')) > 0
    })
  })
})

describe('clicks through the whole door', () => {
  beforeAll(async () => {
    await door.tune((conf) =>
      conf
        .replace('address_clicks_per_second = 5,', 'address_clicks_per_second = 5000,')
        .replace('clicks_per_second = 50000', 'clicks_per_second = 20'),
    )
    await door.reload()
  })
  beforeEach(() => pause(150))

  test('so many in a tenth of a second; the others are told busy, and may come again at once', async () => {
    const began = Date.now()
    const answers = await Promise.all(
      Array.from({ length: 120 }, async (_, n) => [`b-${n}`, await clickFrom(undefined, `b-${n}`)] as const),
    )
    const windows = Math.ceil((Date.now() - began) / 100) + 1
    const busy = answers.filter(([, { status }]) => status === 503)
    expect(answers.length - busy.length).toBeLessThanOrEqual(windows * 2)
    expect(busy.length).toBeGreaterThan(0)
    for (const [, { json, headers }] of busy)
      expect([json.code, headers['retry-after']]).toEqual(['busy', '1'])
    await pause(150)
    expect((await clickFrom(undefined, busy[0]![0])).status).toBe(202)
  })
})
