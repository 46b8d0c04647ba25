import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { signPass } from '../../contract/challenges/pass.ts'
import { saleKeys } from '../../contract/keys.ts'
import { leaveLine } from '../../contract/line/release.ts'
import { earn, refusal, TIMES, ticketsOf, times } from './challenge-steps.ts'
import { type LentGateway, lendGateway, TICKET_SECRET } from './lend-gateway.ts'

// Real servers on a machine that runs other tests beside these.
let gateway: LentGateway
beforeAll(async () => {
  gateway = await lendGateway()
})
afterAll(() => gateway?.stop())

describe('the pass', () => {
  let sale: number
  beforeAll(async () => {
    sale = await gateway.sell({ challenge: 'captcha', perUser: 2 })
  })

  test('without one there is no ticket, and nothing is written', async () => {
    const before = await ticketsOf(gateway, sale)
    for (const body of [{}, { pass: '' }, { quantity: 2 }]) {
      expect(refusal(await gateway.join(sale, 'anna', body))).toBe('403 challenge_required')
    }
    for (const pass of ['x', '1.2.3', `${'9'.repeat(10)}.${'a'.repeat(16)}.${'b'.repeat(22)}`]) {
      expect(refusal(await gateway.join(sale, 'anna', { pass }))).toBe('403 challenge_failed')
    }
    expect(await ticketsOf(gateway, sale)).toBe(before)
  })

  test("A's pass is nothing to B, nor in another sale, nor after its time", async () => {
    const pass = await earn(gateway, sale, 'berta')
    const other = await gateway.sell({ challenge: 'captcha' })
    expect(refusal(await gateway.join(sale, 'clara', { pass }))).toBe('403 challenge_failed')
    expect(refusal(await gateway.join(other, 'berta', { pass }))).toBe('403 challenge_failed')
    const old = signPass(TICKET_SECRET, sale, 'berta', Math.floor(Date.now() / 1000))
    expect(refusal(await gateway.join(sale, 'berta', { pass: old }))).toBe('403 challenge_failed')
    expect((await gateway.join(sale, 'berta', { pass })).status).toBe(202)
  })

  test('50 clicks at once with one pass: one ticket, and the same again without it', async () => {
    const before = await ticketsOf(gateway, sale)
    const pass = await earn(gateway, sale, 'dora')
    const said = await times(() => gateway.join(sale, 'dora', { pass }))
    expect(said.map(({ status }) => status).sort()).toEqual([...Array(TIMES - 1).fill(200), 202])
    expect(new Set(said.map(({ body }) => body.ticket)).size).toBe(1)
    expect(await ticketsOf(gateway, sale)).toBe(before + 1)
    for (const body of [{ pass }, {}, { pass: 'broken' }]) {
      const again = await gateway.join(sale, 'dora', body)
      expect([again.status, again.body.ticket]).toEqual([200, said[0]!.body.ticket])
    }
  })

  test('50 buyers at once with the pass of one: no ticket for any of the others', async () => {
    const before = await ticketsOf(gateway, sale)
    const pass = await earn(gateway, sale, 'emma')
    const said = await times((i) => gateway.join(sale, i === 25 ? 'emma' : `thief${i}`, { pass }))
    expect(said.filter(({ status }) => status === 202)).toHaveLength(1)
    expect(said.filter(({ body }) => body.code === 'challenge_failed')).toHaveLength(TIMES - 1)
    expect(await ticketsOf(gateway, sale)).toBe(before + 1)
  })

  test('it is good for one ticket: after leaving the line a new one is needed', async () => {
    const pass = await earn(gateway, sale, 'frieda')
    const { number } = (await gateway.join(sale, 'frieda', { pass })).body
    await leaveLine(gateway.stores.redis, sale, { buyer: 'frieda', number }, 1_000)
    // As a worker does who has recorded it.
    await gateway.stores.redis.hdel(saleKeys(sale).holder, 'frieda')
    expect(refusal(await gateway.join(sale, 'frieda', { pass }))).toBe('403 challenge_failed')
    expect((await gateway.join(sale, 'frieda', { pass: await earn(gateway, sale, 'frieda') })).status).toBe(
      202,
    )
  })

  test('a click that gets no ticket does not use it', async () => {
    const small = await gateway.sell({ challenge: 'captcha', stock: 1, standby: 0 })
    expect((await gateway.join(small, 'first', { pass: await earn(gateway, small, 'first') })).status).toBe(
      202,
    )
    const pass = await earn(gateway, small, 'second')
    expect(refusal(await gateway.join(small, 'second', { pass }))).toBe('503 line_full')
    await gateway.stores.redis.hset(saleKeys(small).card, 'standby', 1)
    expect((await gateway.join(small, 'second', { pass })).status).toBe(202)
  })

  test('got before the opening, it is good from the opening on', async () => {
    const opensAt = Date.now() + 6_000
    const early = await gateway.sell({ challenge: 'captcha', opensAt })
    const pass = await earn(gateway, early, 'anna')
    expect(Number(pass.split('.')[0])).toBe(Math.floor(opensAt / 1000) + 180)
    expect(refusal(await gateway.join(early, 'anna', { pass }))).toBe('409 not_open')
    await sleep(opensAt - Date.now() + 50)
    expect((await gateway.join(early, 'anna', { pass })).status).toBe(202)
  })

  test('used ones are remembered only as long as they are good', async () => {
    const { redis } = gateway.stores
    const { passes } = saleKeys(sale)
    await redis.zadd(passes, Math.floor(Date.now() / 1000) - 61, 'a pass of long ago')
    expect((await gateway.join(sale, 'greta', { pass: await earn(gateway, sale, 'greta') })).status).toBe(202)
    expect(await redis.zscore(passes, 'a pass of long ago')).toBeNull()
    expect(await redis.pttl(passes)).toBeGreaterThan(0)
  })
})

test('switched off, it asks for nothing, and a click needs no pass; switched on again, it does', async () => {
  const sale = await gateway.sell({ challenge: 'captcha' })
  gateway.askChallenges(false)
  try {
    expect((await gateway.ask(sale, 'anna')).body).toEqual({ kind: 'none' })
    expect((await gateway.join(sale, 'anna')).status).toBe(202)
  } finally {
    gateway.askChallenges(true)
  }
  expect(refusal(await gateway.join(sale, 'berta'))).toBe('403 challenge_required')
})
