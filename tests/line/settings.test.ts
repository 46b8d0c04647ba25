import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { SETTINGS as HASH, SNAPSHOT } from '../../contract/keys.ts'
import type { Snapshot } from '../../contract/snapshot.ts'
import { ORDERS_QUEUE } from '../../contract/topology.ts'
import { changeSetting } from '../../ops/settings/change-setting.ts'
import { listSettings } from '../../ops/settings/list-settings.ts'
import { admitted, clickAll, pollAll } from '../crowd.ts'
import { call, click, eventually } from '../door/call.ts'
import { openShop, type Shop } from '../lend-stack.ts'
import { borrowStack } from './borrow-stack.ts'

const SOON = { interval: 50 }

let shop: Shop
beforeAll(async () => {
  shop = await openShop(borrowStack())
})
afterAll(async () => {
  for (const { name, set } of (await listSettings(shop)).settings)
    if (set !== null) await put(name, 'default')
  await eventually(async () => (await behind()).length === 0)
  await shop.close()
})

const put = (name: string, value: string) => changeSetting(shop, { name, value }, { who: 'test' })
const list = async () => (await listSettings(shop)).settings
/** The settings that some process does not go by yet. */
const behind = async () => (await list()).filter(({ inForce }) => inForce.of === 0 || inForce.at < inForce.of)
const allInForce = () => expect.poll(behind, SOON).toEqual([])

/** Which processes serve: start times of gateways and workers, PIDs of nginx's workers. */
async function processes(): Promise<string[]> {
  const { gateways, workers } = shop.at.ports
  const starts = [...gateways, ...workers].map(async (port) => {
    const { text } = await call(port, 'GET', '/internal/metrics')
    return /^process_start_time_seconds\S* (\S+)$/m.exec(text)![1]!
  })
  const nginx = (await readFile(join(shop.at.dir, 'nginx', 'nginx.pid'), 'utf8')).trim()
  return [...(await Promise.all(starts)), await readFile(`/proc/${nginx}/task/${nginx}/children`, 'utf8')]
}
const metric = async (port: number, name: string): Promise<number> => {
  const { text } = await call(port, 'GET', '/internal/metrics')
  return Number(new RegExp(`^sluice_setting\\{name="${name}".*\\} (\\S+)$`, 'm').exec(text)?.[1])
}

test('one command each, and gateway, worker and door go by it, none of them started again', async () => {
  const before = await processes()
  const sale = await shop.sell({ stock: 5 })
  const paused = await shop.sell()
  await shop.sluice('sale', 'pause', String(paused))

  expect(await shop.sluice('setting', 'gateway.far-poll-ms', '17000', '--reason', 'a test')).toMatchObject({
    json: {
      name: 'gateway.far-poll-ms',
      after: '17000',
      reason: 'a test',
      who: expect.stringMatching(/^cli:/),
    },
  })
  await shop.sluice('setting', 'worker.prefetch', '23')
  await shop.sluice('setting', 'door.paused-retry-s', '41')

  // The door tells who waits far from the head what the gateway's snapshot says.
  const pollMs = async () => (JSON.parse((await shop.redis.get(SNAPSHOT))!) as Snapshot).sales[sale]?.pollMs
  await expect.poll(pollMs, SOON).toBe(17_000)
  await expect.poll(prefetches, SOON).toEqual(shop.at.ports.workers.map(() => 23))
  let n = 0
  const retryAfter = async () =>
    (await click(shop.at.ports.flash, paused, shop.token(`late${n++}`))).headers['retry-after']
  await expect.poll(retryAfter, SOON).toBe('41')
  await allInForce()
  for (const port of shop.at.ports.gateways) expect(await metric(port, 'gateway.far-poll-ms')).toBe(17_000)
  for (const port of shop.at.ports.workers) expect(await metric(port, 'worker.prefetch')).toBe(23)
  expect(await processes()).toEqual(before)

  const { json } = await shop.sluice('setting', 'worker.prefetch', '--rollback', '0')
  expect(json).toMatchObject({ before: '23', after: 'default' })
  await expect.poll(() => metric(shop.at.ports.workers[0]!, 'worker.prefetch'), SOON).toBe(64)
})

/** How many messages each worker may have in hand, as RabbitMQ says. */
async function prefetches(): Promise<number[]> {
  const { origin, username, password } = new URL(shop.at.urls.management)
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
  const answer = await fetch(`${origin}/api/consumers`, { headers: { authorization } })
  const consumers = (await answer.json()) as { queue: { name: string }; prefetch_count: number }[]
  return consumers.filter(({ queue }) => queue.name === ORDERS_QUEUE).map((one) => one.prefetch_count)
}

test('twenty changes while a sale runs: nothing is lost, nothing sold twice', async () => {
  const stock = 300
  const sale = await shop.sell({ stock, standby: 0, release: { batch: 10, everyMs: 100 } })
  const crowd = clickAll(shop.at, { sale, buyers: 600, prefix: 'tuned', perSecond: 150, connections: 30 })
  const changes = [
    ...['worker.prefetch=1', 'worker.flush-ms=3', 'gateway.lease-ms=2100', 'worker.flush-orders=1'],
    ...['gateway.confirm-ms=150', 'gateway.lease-ms=500', 'worker.prefetch=200', 'gateway.far-poll-ms=1000'],
    ...['gateway.absent-ms=60000', 'gateway.absent-ms=15000', 'worker.sweep-ms=50', 'worker.flush-ms=400'],
    ...['gateway.flight-window=10', 'door.near-tickets=5', 'worker.prefetch=2', 'door.near-ms=900'],
    ...[
      'gateway.lease-ms=60000',
      'worker.flush-ms=20',
      'door.gateway-probe-ms=200',
      'worker.prefetch=default',
    ],
  ]
  for (const change of changes) {
    const [name, value] = change.split('=') as [string, string]
    await put(name, value)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  const told = await crowd
  const tickets = admitted(told)
  expect(tickets.length).toBeGreaterThanOrEqual(stock)
  const states = await pollAll(shop.at, tickets)
  expect(states.filter(({ state }) => state === 'awaiting_payment')).toHaveLength(stock)
  const { code, audit } = await shop.audit(sale)
  expect({ code, problems: audit.problems, sold: audit.sold }).toEqual({ code: 0, problems: [], sold: stock })
})

test('Redis forgets the settings: they stand in it again, and were in force all the time', async () => {
  await put('worker.flush-orders', '77')
  await allInForce()
  await shop.redis.del(HASH)
  await expect.poll(() => shop.redis.hget(HASH, 'worker.flush-orders'), SOON).toMatch(/ 77$/)
  expect(await metric(shop.at.ports.workers[0]!, 'worker.flush-orders')).toBe(77)
})
