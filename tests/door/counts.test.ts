import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sumMetric } from '../../platform/sum-metric.ts'
import { call, click, eventually, tokenOf } from './call.ts'
import { JWT_SECRET, type LentDoor, lendDoor } from './lend-door.ts'
import { openSale } from './sale-cards.ts'
import { ticketOf } from './ticket-of.ts'

const ANSWERS = 'sluice_door_answers_total'
const QUESTIONS = 'sluice_door_refused_by_total'
const GATEWAY = 'sluice_door_gateway_answers_total'

let door: LentDoor
beforeAll(async () => {
  door = await lendDoor({
    tune: (conf) =>
      conf
        .replace('polls_per_second = 10', 'polls_per_second = 1000')
        .replace('buy_interval_ms = 2000', 'buy_interval_ms = 600000')
        .replace('proxy_read_timeout 3s', 'proxy_read_timeout 1s'),
  })
})
afterAll(() => door.stop())

const metrics = async () => (await call(door.ops, 'GET', '/metrics')).text
const sum = async (name: string, labels: Record<string, string | number> = {}) =>
  sumMetric(await metrics(), name, labels)
const named = (buyer: string) => tokenOf(buyer, JWT_SECRET)
const answerWith = (status: number, code?: string) => {
  door.gateways[0]!.answer = { status, body: {}, ...(code && { headers: { 'x-refusal': code } }) }
}
/** So many clicks at once of different buyers, spread over both workers of nginx. */
const clicks = (sale: number | string, count: number, as = `s${sale}`) =>
  Promise.all(
    Array.from({ length: count }, async (_, n) => click(door.flash, sale, await named(`${as}-${n}`))),
  )
const poll = async (sale: number, number: number, buyer = 'anna') =>
  call(door.flash, 'GET', `/api/tickets/${ticketOf(buyer, sale, number)}`, {
    headers: { authorization: `Bearer ${await named(buyer)}` },
  })

describe('two sales at once', () => {
  const LINE = { served: 100, last: 10_100, waiting: 10_000, perSecond: 10, fastest: 10 }
  beforeAll(() => door.publish(openSale(1, LINE), openSale(2, LINE), openSale(3, { soldOut: true })))

  test('each has its own clicks, refusals, polls and answers of gateways, exactly; the rest is of none', async () => {
    answerWith(202)
    await clicks(1, 40)
    answerWith(200)
    await clicks(1, 3, 'holder')
    answerWith(202)
    await clicks(2, 25)
    answerWith(503, 'line_full')
    const refused = await clicks(2, 4, 'late')
    expect(refused.map(({ headers }) => headers['x-refusal'])).toEqual(Array(4).fill(undefined))
    // The same buyers at once again.
    await clicks(1, 40)
    await Promise.all([clicks(3, 30), clicks(77, 5), click(door.flash, 2), click(door.flash, 2)])
    await call(door.flash, 'POST', '/api/sales/2/orders', {
      headers: { 'content-type': 'text/plain' },
      body: 'x',
    })
    await Promise.all(Array.from({ length: 7 }, (_, n) => poll(1, 5_000 + n)))
    await Promise.all(Array.from({ length: 2 }, (_, n) => poll(2, 5_000 + n)))
    answerWith(200)
    for (const number of [101, 102, 103]) await poll(2, number)
    await call(door.flash, 'GET', '/api/orders', {
      headers: { authorization: `Bearer ${await named('anna')}` },
    })

    // What gateways said is counted when nginx is done with the call.
    await eventually(async () => (await sum(GATEWAY)) === 76)
    const text = await metrics()
    const of = (name: string, labels: Record<string, string | number>) => sumMetric(text, name, labels)
    const told = (sale: number | string, calls: string, code: string) =>
      of(ANSWERS, { sale, call: calls, code })
    expect([told(1, 'click', 'passed'), told(2, 'click', 'passed'), told(3, 'click', 'passed')]).toEqual([
      43, 29, 0,
    ])
    expect([told(1, 'click', 'too_many_requests'), told(2, 'click', 'too_many_requests')]).toEqual([40, 0])
    expect([told(3, 'click', 'sold_out'), told(1, 'click', 'sold_out')]).toEqual([30, 0])
    expect([told('none', 'click', 'unknown_sale'), told('none', 'other', 'passed')]).toEqual([5, 1])
    expect([told(2, 'click', 'unauthenticated'), told(2, 'click', 'unsupported_type')]).toEqual([2, 1])
    expect([told(1, 'poll', 'waiting'), told(2, 'poll', 'waiting'), told(2, 'poll', 'passed')]).toEqual([
      7, 2, 3,
    ])
    expect([of(QUESTIONS, { sale: 1 }), of(QUESTIONS, { sale: 1, question: 'user_limit' })]).toEqual([40, 40])
    expect([
      of(QUESTIONS, { sale: 2, question: 'identity' }),
      of(QUESTIONS, { sale: 2, question: 'media_type' }),
    ]).toEqual([2, 1])
    expect(of(QUESTIONS, { sale: 3 })).toBe(30)
    expect([1, 2].map((sale) => of(GATEWAY, { sale, call: 'click', answer: '202' }))).toEqual([40, 25])
    expect(of(GATEWAY, { sale: 1, call: 'click', answer: '200' })).toBe(3)
    expect(of(GATEWAY, { sale: 2, call: 'click', answer: 'line_full' })).toBe(4)
    expect(of(GATEWAY, { sale: 2, call: 'poll', answer: '200' })).toBe(3)
    expect([1, 2, 'none'].map((sale) => of('sluice_door_gateway_seconds_count', { sale }))).toEqual([
      43, 32, 1,
    ])
    // All together: what was sent, no more and no less.
    expect(of(ANSWERS, { call: 'click' })).toBe(40 + 3 + 25 + 4 + 40 + 30 + 5 + 2 + 1)
    expect(of(ANSWERS, { call: 'poll' })).toBe(12)
  })

  test('a click that no gateway answers is counted as passed on, and as unavailable', async () => {
    const before = await metrics()
    const gateway = door.gateways[0]!
    gateway.hangs = true
    const first = await clicks(2, 1, 'lost')
    gateway.hangs = false
    await gateway.stop()
    await door.whenUp(0)
    const second = await clicks(2, 3, 'refused')
    await gateway.start()
    await door.whenUp()
    expect([...first, ...second].map(({ json }) => json.code)).toEqual(Array(4).fill('unavailable'))
    const after = await metrics()
    const more = (name: string, labels: Record<string, string | number>) =>
      sumMetric(after, name, { sale: 2, ...labels }) - (sumMetric(before, name, { sale: 2, ...labels }) || 0)
    expect(more(ANSWERS, { call: 'click', code: 'passed' })).toBe(1)
    expect(more(ANSWERS, { call: 'click', code: 'unavailable' })).toBe(4)
    expect(more(QUESTIONS, { question: 'unanswered' })).toBe(1)
    expect(more(QUESTIONS, { question: 'gateways_alive' })).toBe(3)
  })

  test('a reload loses none; a door that begins anew counts from 0', async () => {
    const before = await sum(ANSWERS, { sale: 3, code: 'sold_out' })
    await clicks(3, 5)
    await door.reload()
    await clicks(3, 5)
    expect(await sum(ANSWERS, { sale: 3, code: 'sold_out' })).toBe(before + 10)
    expect(await sum(ANSWERS, { sale: 1, call: 'poll', code: 'waiting' })).toBe(7)
    await door.restart()
    await eventually(async () => (await call(door.flash, 'GET', '/api/sales/3')).status === 200)
    expect(await sum(ANSWERS, { sale: 3, call: 'click', code: 'sold_out' })).toBe(0)
    await clicks(3, 2)
    expect(await sum(ANSWERS, { sale: 3, call: 'click', code: 'sold_out' })).toBe(2)
  })
})

describe('memory is bounded', () => {
  const setTallies = async (most: number, keptS: number) => {
    const path = join(door.root, 'lua/edge/tallies.lua')
    const lua = await readFile(path, 'utf8')
    await writeFile(
      path,
      lua
        .replace(/^local MOST_SALES = .*/m, `local MOST_SALES = ${most}`)
        .replace(/^local KEPT_S = .*/m, `local KEPT_S = ${keptS}`),
    )
    // Of the snapshot that it finds it counts the marker alone.
    await door.publish()
    await door.restart()
  }
  const over = (id: number) => openSale(id, { soldOut: true, closesAt: Date.now() - 1 })
  const series = async () =>
    (await metrics()).match(/^sluice_door_answers_total\{sale="\d+",call="click",code="passed"\}/gm)

  test('so many sales have a tally; further ones are counted as none, and the log says so', async () => {
    await setTallies(4, 600)
    const sales = Array.from({ length: 9 }, (_, n) => openSale(n + 1, { soldOut: true }))
    await door.publish(...sales)
    await Promise.all(sales.flatMap(({ id }) => clicks(id, 10)))
    expect(await series()).toHaveLength(4)
    // The marker may be one of them.
    const own = (await series())!.filter((line) => /sale="\d"/.test(line)).length
    expect(await sum(ANSWERS, { call: 'click', code: 'sold_out' })).toBe(90)
    expect(await sum(ANSWERS, { sale: 'none', code: 'sold_out' })).toBe(10 * (9 - own))
    expect((await door.errorLog()).match(/more than 4 sales at once/g)).toHaveLength(1)
  })

  test('a sale that is over keeps its tally for a while, then it makes room and its counts are gone', async () => {
    await setTallies(2, 3)
    await door.publish(openSale(1, { soldOut: true }))
    const before = await sum('sluice_door_counters')
    await clicks(1, 20)
    expect(await sum(ANSWERS, { sale: 1, code: 'sold_out' })).toBe(20)
    expect(await sum('sluice_door_counters')).toBe(before + 1)
    await door.publish(over(1))
    await eventually(async () => Number.isNaN(await sum(ANSWERS, { sale: 1 })))
    await clicks(1, 3)
    expect(await sum(ANSWERS, { sale: 'none', code: 'ended' })).toBe(3)
    await eventually(async () => (await sum('sluice_door_counters')) === before + 1)
    // The next sale takes its room, and nothing of it.
    await door.publish(over(1), openSale(2, { soldOut: true }))
    await clicks(2, 4)
    expect(await sum(ANSWERS, { sale: 2, code: 'sold_out' })).toBe(4)
    // The same sale again is another tally: from 0.
    await door.publish(over(2), openSale(1, { soldOut: true }))
    await eventually(async () => (await sum(ANSWERS, { sale: 1, call: 'click', code: 'sold_out' })) === 0)
  })
})
