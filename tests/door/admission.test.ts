import { createHmac } from 'node:crypto'
import { Redis } from 'ioredis'
import { Pool } from 'undici'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readReports } from '../../contract/reports.ts'
import { signToken } from '../../contract/token.ts'
import { countDistinct } from '../../gateway/admission/distinct-buyers.ts'
import { call, click, eventually, pause, tokenOf } from './call.ts'
import { EDGE_KEY, JWT_SECRET, type LentDoor, lendDoor } from './lend-door.ts'
import { openSale } from './sale-cards.ts'

const BUYERS = Array.from({ length: 2_000 }, (_, i) => `buyer-${i}`)
const EXPIRES_S = Math.floor(Date.now() / 1000) + 3600
const tokens = new Map(BUYERS.map((buyer) => [buyer, signToken(JWT_SECRET, buyer, EXPIRES_S)]))

// Two real nginx of one fleet, and one Redis.
let first: LentDoor
let second: LentDoor
let redis: Redis
let pools: Pool[]
beforeAll(async () => {
  const tune = (conf: string) => conf.replace('buy_interval_ms = 2000', 'buy_interval_ms = 1')
  first = await lendDoor({ tune, env: { SLUICE_DOOR_NAME: 'first' } })
  second = await lendDoor({ tune, beside: first })
  redis = new Redis(first.env.SLUICE_REDIS_URL!)
  pools = [first, second].map(({ flash }) => new Pool(`http://127.0.0.1:${flash}`, { connections: 20 }))
  // Passed on, and not remembered as a ticket: so every click is decided anew.
  for (const door of [first, second])
    door.gateways[0]!.answer = { status: 409, body: { code: 'conflict' }, type: 'application/problem+json' }
})
afterAll(async () => {
  for (const pool of pools ?? []) await pool.close()
  redis?.disconnect()
  await second?.stop()
  await first?.stop()
})

const publish = async (share: number) => {
  await first.publish(openSale(1, { share }), openSale(2, { share }))
  // The other door pulls the same snapshot, in its own time.
  const at = (await call(first.flash, 'GET', '/api/sales')).json.at(-1).title
  await eventually(async () => (await call(second.flash, 'GET', '/api/sales')).json.at(-1).title === at)
}

/** Who of them is let in at a door. */
async function letIn(door: 0 | 1, buyers: string[], sale = 1): Promise<Set<string>> {
  const passed = new Set<string>()
  let turn = 0
  const clickNext = async (): Promise<void> => {
    for (let i = turn++; i < buyers.length; i = turn++) {
      const { statusCode, body } = await pools[door]!.request({
        method: 'POST',
        path: `/api/sales/${sale}/orders`,
        headers: { 'content-type': 'application/json', authorization: `Bearer ${tokens.get(buyers[i]!)}` },
        body: '{}',
      })
      const { code } = (await body.json()) as { code: string }
      if (statusCode === 409) passed.add(buyers[i]!)
      else expect([statusCode, code]).toEqual([503, 'busy'])
    }
  }
  await Promise.all(Array.from({ length: 20 }, clickNext))
  return passed
}

/** A buyer's point, as everybody who has the key can reckon it. */
function pointOf(sale: number, buyer: string): number {
  const mac = createHmac('sha1', EDGE_KEY).update(`share|${sale}|${buyer}`).digest()
  return mac.readUIntBE(0, 6) / 2 ** 48
}
const below = (share: number, sale = 1) => new Set(BUYERS.filter((buyer) => pointOf(sale, buyer) < share))

describe('2,000 buyers at two doors', () => {
  test('both decide alike, by a keyed hash of buyer and sale, and refreshing changes nothing', async () => {
    await publish(0.3)
    const here = await letIn(0, BUYERS)
    expect(here).toEqual(below(0.3))
    expect(await letIn(1, BUYERS)).toEqual(here)
    // 600, within four standard deviations.
    expect(Math.abs(here.size - 600)).toBeLessThan(82)
    const refused = BUYERS.filter((buyer) => !here.has(buyer))
    expect(await letIn(1, refused.slice(0, 300))).toEqual(new Set())
    expect(await letIn(0, refused.slice(0, 300))).toEqual(new Set())
  })

  test('who is let in at a share is let in at every higher one', async () => {
    const [some, more] = [below(0.3), below(0.6)]
    expect([...some].every((buyer) => more.has(buyer))).toBe(true)
    await publish(0.6)
    expect(await letIn(0, BUYERS.slice(0, 500))).toEqual(
      new Set(BUYERS.slice(0, 500).filter((b) => more.has(b))),
    )
    await publish(1)
    expect((await letIn(1, BUYERS.slice(0, 500))).size).toBe(500)
    await publish(0)
    expect((await letIn(0, BUYERS.slice(0, 100))).size).toBe(0)
  })

  test('in another sale they have other points', async () => {
    await publish(0.3)
    const buyers = BUYERS.slice(0, 200)
    const other = await letIn(0, buyers, 2)
    expect(other).toEqual(new Set(buyers.filter((buyer) => pointOf(2, buyer) < 0.3)))
    expect(other).not.toEqual(await letIn(0, buyers, 1))
  })

  test('what both report adds up: clicks twice, buyers once', async () => {
    await publish(0.5)
    const crowd = BUYERS.slice(0, 500)
    await eventually(async () => {
      // A report counts those of the last 5 to 10 s: on a busy machine the crowd must come again.
      await Promise.all([letIn(0, crowd), letIn(1, crowd)])
      const reports = await readReports(redis, 'edge')
      expect([...reports.keys()].sort()).toEqual([expect.stringMatching(/^door-[0-9a-f]{8}$/), 'first'])
      const tallies = [...reports.values()].flatMap(({ sales }) => sales[1] ?? [])
      expect(tallies).toHaveLength(2)
      const buyers = countDistinct(tallies.map((tally) => tally.buyers))
      expect(Math.abs(buyers - 500)).toBeLessThan(100)
      // Of so few the empty registers tell the number; of many the ranks will. One buyer in 2^n has a rank above n.
      const ranks = tallies.flatMap((tally) => [...tally.buyers].map((one) => one.charCodeAt(0) - 48))
      expect(Math.max(...ranks)).toBeGreaterThan(4)
      expect(Math.max(...ranks)).toBeLessThanOrEqual(24)
      return true
    })
  })
})

test('whoever has a ticket passes at any share', async () => {
  const anna = await tokenOf('anna', JWT_SECRET)
  const gateway = first.gateways[0]!
  const before = gateway.answer
  await publish(1)
  gateway.answer = { status: 202, body: { ticket: 't' } }
  expect((await click(first.flash, 1, anna)).status).toBe(202)
  await publish(0)
  await eventually(async () => (await click(first.flash, 1, anna)).status === 202)
  expect((await click(first.flash, 2, anna)).json.code).toBe('busy')
  gateway.answer = before
})

test('a refused buyer is told when to come again, the nearest first, and uses up his interval', async () => {
  await publish(0.5)
  const refused = BUYERS.filter((buyer) => pointOf(1, buyer) >= 0.5)
  const told = await Promise.all(
    refused.slice(0, 40).map(async (buyer) => {
      const { headers } = await click(first.flash, 1, tokens.get(buyer))
      return { point: pointOf(1, buyer), retry: Number(headers['retry-after']) }
    }),
  )
  for (const { point, retry } of told) expect(retry).toBe(2 + Math.floor(((point - 0.5) / 0.5) * 6))
  await first.tune((conf) => conf.replace('buy_interval_ms = 1,', 'buy_interval_ms = 2000,'))
  await first.reload()
  const [one] = refused
  expect((await click(first.flash, 1, tokens.get(one!))).json.code).toBe('busy')
  expect((await click(first.flash, 1, tokens.get(one!))).json.code).toBe('too_many_requests')
  await first.tune((conf) => conf.replace('buy_interval_ms = 2000,', 'buy_interval_ms = 1,'))
  await first.reload()
})

describe('the hottest', () => {
  test('a sale and a buyer that stand out of a crowd are reported, and counted in the metrics', async () => {
    await publish(1)
    const bot = await tokenOf('bot', JWT_SECRET)
    await eventually(async () => {
      await Promise.all([
        ...Array.from({ length: 30 }, () => click(first.flash, 2, bot)),
        letIn(0, BUYERS.slice(0, 150), 1),
      ])
      const report = (await readReports(redis, 'edge')).get('first')
      expect(report?.top_users?.[0]?.[0]).toBe('bot')
      expect(report?.top_users?.length).toBeLessThanOrEqual(64)
      expect(report?.top_sales?.map(([sale]) => sale).sort()).toEqual(['1', '2'])
      const { text } = await call(first.ops, 'GET', '/metrics')
      expect(text).toMatch(/^sluice_door_top_sale_calls_per_second\{rank="1",sale="1"\} \d/m)
      expect(text).toMatch(/^sluice_door_top_user_calls_per_second\{rank="1"\} \d/m)
      expect(text).toContain('sluice_door_info{door="first"} 1')
      expect(text).toContain('sluice_door_share{sale="1"} 1')
      expect(text).not.toContain('bot')
      return true
    })
  })

  test('a hot buyer waits longer between two clicks', async () => {
    first.steering.hotUsers = ['bot']
    await publish(1)
    const [bot, carl] = [await tokenOf('bot', JWT_SECRET), await tokenOf('carl', JWT_SECRET)]
    await eventually(async () => (await click(first.flash, 1, bot)).status !== 429)
    const again = await click(first.flash, 1, bot)
    expect(again.json.code).toBe('too_many_requests')
    expect(Number(again.headers['retry-after'])).toBeGreaterThan(2)
    for (let n = 0; n < 3; n++) {
      expect((await click(first.flash, 1, carl)).status).toBe(409)
      await pause(20)
    }
    first.steering.hotUsers = []
  })
})

test('a door that is gone stops counting', async () => {
  await second.stop()
  await eventually(
    async () => ![...(await readReports(redis, 'edge')).keys()].some((name) => name !== 'first'),
  )
  expect(await redis.smembers('edges')).toEqual(['first'])
})
