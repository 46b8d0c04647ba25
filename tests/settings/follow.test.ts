import { Registry } from 'prom-client'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { SETTINGS as HASH } from '../../contract/keys.ts'
import { readReports } from '../../contract/reports.ts'
import {
  fetchSettings,
  readSettings,
  recordSetting,
  spreadSettings,
} from '../../contract/settings/changes.ts'
import { followSettings } from '../../contract/settings/follow-settings.ts'
import type { Logger } from '../../platform/log.ts'
import { connectMysql } from '../../platform/mysql.ts'
import { connectRedis, connectSubscriber } from '../../platform/redis.ts'
import { type LentStores, lendStores } from '../lend-stores.ts'

const SOON = { interval: 20 }

let stores: LentStores
beforeAll(async () => {
  stores = await lendStores({ connections: 4 })
})
afterAll(() => stores?.stop())
const stops: (() => void)[] = []
afterEach(() => {
  for (const stop of stops.splice(0)) stop()
})

/** Changes a setting as another program would: recorded, and spread unless said otherwise. */
async function set(name: string, value: string, spread = true): Promise<void> {
  await recordSetting(stores.mysql, { name, value, who: 'test', reason: '' })
  if (spread) await spreadSettings(stores.redis, await readSettings(stores.mysql))
}

/** A worker, as far as its settings go. */
async function follow(deps: Partial<Parameters<typeof followSettings>[2]> = {}) {
  const config = {
    SLUICE_FLUSH_MS: 120,
    SLUICE_FLUSH_ORDERS: 100,
    SLUICE_PREFETCH: 64,
    SLUICE_SWEEP_MS: 1_000,
  }
  const metrics = new Registry()
  const said: unknown[] = []
  const log = { debug() {}, info() {}, warn: (fields: unknown) => said.push(fields) } as unknown as Logger
  let changes = 0
  const stop = await followSettings(
    'worker',
    config,
    { redis: stores.redis, mysql: stores.mysql, metrics, name: 'worker-1', log, ...deps },
    () => changes++,
  )
  stops.push(stop)
  return { config, metrics, said, changes: () => changes, stop }
}

test('a change is in force soon, and the start value again after it', async () => {
  const { config, metrics, changes } = await follow()
  await set('worker.flush-ms', '7')
  await expect.poll(() => config.SLUICE_FLUSH_MS, SOON).toBe(7)
  expect(changes()).toBe(1)
  expect(await metrics.getSingleMetricAsString('sluice_setting')).toContain(
    'sluice_setting{name="worker.flush-ms"} 7\n',
  )
  const report = async () => (await readReports(stores.redis, 'tuned')).get('worker-1')
  await expect.poll(async () => (await report())?.values['worker.flush-ms'], SOON).toBe(7)
  expect(await report()).toMatchObject({
    ...{ room: 'worker', version: 1, normals: { 'worker.flush-ms': 120, 'worker.prefetch': 64 } },
  })
  await set('worker.flush-ms', 'default')
  await expect.poll(() => config.SLUICE_FLUSH_MS, SOON).toBe(120)
})

test('who starts later starts with what is set, told by MySQL alone', async () => {
  await set('worker.prefetch', '3', false)
  await stores.redis.del(HASH)
  expect((await follow()).config).toMatchObject({ SLUICE_PREFETCH: 3, SLUICE_FLUSH_MS: 120 })
})

test('pub/sub tells who has a subscriber at once', async () => {
  const subscriber = connectSubscriber(
    `redis://${stores.redis.options.host}:${stores.redis.options.port}`,
    'test',
  )
  stops.push(() => subscriber.disconnect())
  // Neither looking nor comparing comes in time for this one.
  vi.useFakeTimers({ toFake: ['setInterval'] })
  try {
    const { config } = await follow({ subscriber })
    await set('worker.flush-orders', '11')
    await expect.poll(() => config.SLUICE_FLUSH_ORDERS, SOON).toBe(11)
  } finally {
    vi.useRealTimers()
  }
})

test('Redis is erased: what is set stays in force, and stands in Redis again', async () => {
  await set('worker.sweep-ms', '900')
  const { config } = await follow()
  await stores.redis.flushall()
  await expect.poll(() => fetchSettings(stores.redis), SOON).toEqual(await readSettings(stores.mysql))
  expect(config.SLUICE_SWEEP_MS).toBe(900)
})

test('Redis holds older settings: they are not taken, and the newer ones come back', async () => {
  await set('worker.sweep-ms', '800')
  const older = await readSettings(stores.mysql)
  await set('worker.sweep-ms', '700')
  const { config } = await follow()
  await stores.redis.del(HASH)
  await spreadSettings(stores.redis, older)
  await expect.poll(() => fetchSettings(stores.redis), SOON).toEqual(await readSettings(stores.mysql))
  expect(config.SLUICE_SWEEP_MS).toBe(700)
})

test('what a newer version knows, or allows, is said once, changes nothing, and is not lost', async () => {
  await set('worker.flush-ms', '50')
  const { config, said } = await follow()
  await set('worker.of-tomorrow', '5')
  await set('worker.flush-ms', '20000')
  await set('door.of-tomorrow', '5')
  await set('worker.flush-orders', '12')
  await expect.poll(() => config.SLUICE_FLUSH_ORDERS, SOON).toBe(12)
  await set('worker.flush-orders', '13')
  await expect.poll(() => config.SLUICE_FLUSH_ORDERS, SOON).toBe(13)
  expect(config.SLUICE_FLUSH_MS).toBe(50)
  expect(said).toEqual([
    { setting: 'worker.of-tomorrow', value: '5' },
    { setting: 'worker.flush-ms', value: '20000' },
  ])
  await stores.redis.flushall()
  await expect
    .poll(async () => (await fetchSettings(stores.redis))?.values['worker.of-tomorrow']?.value, SOON)
    .toBe('5')
})

test('nobody answers, at the start or later: the start values, then what was known last', async () => {
  const nowhere = connectRedis('redis://127.0.0.1:1/0', 'test')
  nowhere.on('error', () => {})
  const noMysql = connectMysql('mysql://root@127.0.0.1:1/none', { connections: 1 })
  stops.push(() => {
    nowhere.disconnect()
    void noMysql.end()
  })
  const { config } = await follow({ redis: nowhere, mysql: noMysql })
  expect(config).toMatchObject({ SLUICE_FLUSH_MS: 120, SLUICE_PREFETCH: 64 })
})
