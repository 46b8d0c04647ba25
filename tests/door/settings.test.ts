import { readFile } from 'node:fs/promises'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { SETTINGS } from '../../contract/keys.ts'
import { readReports } from '../../contract/reports.ts'
import { spreadSettings } from '../../contract/settings/changes.ts'
import { SETTINGS as KINDS, SETTING_NAMES } from '../../contract/settings.ts'
import { call, click, eventually, tokenOf } from './call.ts'
import { JWT_SECRET, type LentDoor, lendDoor } from './lend-door.ts'
import { openSale } from './sale-cards.ts'

let door: LentDoor
let redis: Redis
let version = 0
beforeAll(async () => {
  door = await lendDoor({ tune: (conf) => conf.replace('paused_retry_s = 5', 'paused_retry_s = 7') })
  redis = new Redis(door.env.SLUICE_REDIS_URL!)
  await door.publish(openSale(1, { phase: 'paused' }), openSale(2, { lineFull: true }))
})
afterAll(async () => {
  redis?.disconnect()
  await door?.stop()
})

const set = (values: Record<string, string>): Promise<void> =>
  spreadSettings(redis, {
    version: ++version,
    values: Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { version: 1, value }])),
  })

/** Retry-After of a paused sale, and of a full line, as both workers tell it. */
async function retries(): Promise<string[]> {
  const seen = new Set<string>()
  for (let i = 0; i < 10; i++) {
    const paused = await click(door.flash, 1, await tokenOf(`a${i}`, JWT_SECRET))
    const full = await click(door.flash, 2, await tokenOf(`b${i}`, JWT_SECRET))
    seen.add(`${paused.headers['retry-after']} ${full.headers['retry-after']}`)
  }
  return [...seen]
}
const soon = (answers: string): Promise<void> => expect.poll(retries, { interval: 50 }).toEqual([answers])

const workers = async (): Promise<string> =>
  (await readFile(`/proc/${door.pid}/task/${door.pid}/children`, 'utf8')).trim()
const inForce = async () => [...(await readReports(redis, 'tuned')).values()][0]

test('a setting counts in every worker without a reload, and the tunable again when it is put back', async () => {
  const before = await workers()
  await soon('7 2')
  await set({ 'door.paused-retry-s': '31', 'door.line-full-retry-s': '9' })
  await soon('31 9')
  await set({ 'door.line-full-retry-s': '9' })
  await soon('7 9')
  expect(await workers()).toBe(before)
})

test('the door says what is in force, in its metrics and to whoever asks Redis', async () => {
  await set({ 'door.paused-retry-s': '32' })
  await soon('32 2')
  const { text } = await call(door.ops, 'GET', '/metrics')
  expect(text).toContain('sluice_setting{name="door.paused-retry-s"} 32\n')
  await expect.poll(async () => (await inForce())?.values['door.paused-retry-s']).toBe(32)
  const report = (await inForce())!
  expect(report).toMatchObject({ room: 'door', version, normals: { 'door.paused-retry-s': 7 } })
  expect(Object.keys(report.values).sort()).toEqual(
    SETTING_NAMES.filter((name) => KINDS[name].room === 'door').sort(),
  )
})

test('a reload keeps what is set', async () => {
  await set({ 'door.paused-retry-s': '33' })
  await soon('33 2')
  await redis.del(SETTINGS)
  await door.reload()
  expect(await retries()).toEqual(['33 2'])
})

test('a Redis that forgot the settings, or was rolled back, takes nothing away', async () => {
  await set({ 'door.paused-retry-s': '34' })
  await soon('34 2')
  await redis.del(SETTINGS)
  await redis.hset(SETTINGS, { '': String(version - 1), 'door.paused-retry-s': '1 3' })
  const pulls = async () =>
    Number(await redis.info('commandstats').then((all) => /cmdstat_hgetall:calls=(\d+)/.exec(all)?.[1]))
  const before = await pulls()
  await eventually(async () => (await pulls()) > before + 3)
  expect(await retries()).toEqual(['34 2'])
})

test('what this door does not understand is said once and changes nothing', async () => {
  await set({ 'door.paused-retry-s': '35' })
  await soon('35 2')
  await set({
    'door.paused-retry-s': '99999',
    'door.line-full-retry-s': '11',
    'door.of-tomorrow': '1',
    'gateway.of-tomorrow': '1',
    'door.gateway-probe-ms': '1e3',
  })
  await soon('35 11')
  await set({ 'door.paused-retry-s': '99999', 'door.of-tomorrow': '1' })
  await soon('35 2')
  const said = (await door.errorLog()).split('\n').filter((line) => line.includes('is not understood'))
  const about = said.map((line) => /settings: (\S+ \S+)/.exec(line)?.[1]).sort()
  expect(about).toEqual(['door.gateway-probe-ms 1e3', 'door.of-tomorrow 1', 'door.paused-retry-s 99999'])
})
