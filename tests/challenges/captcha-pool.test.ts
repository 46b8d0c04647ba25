import { Registry } from 'prom-client'
import { afterEach, expect, test } from 'vitest'
import { type CaptchaPool, createCaptchaPool } from '../../gateway/challenges/captcha-pool.ts'
import { createLog } from '../../platform/log.ts'
import { eventually, pause } from '../door/call.ts'

// Drawing gives way to everything else on the machine.
const SIZE = 12
let pool: CaptchaPool
let metrics: Registry
const open = () => {
  metrics = new Registry()
  pool = createCaptchaPool({ size: SIZE, metrics, log: createLog('captchas', 'silent') })
}
afterEach(() => pool.close())

const drawn = async () => Number(/^sluice_captcha_pool (\d+)/m.exec(await metrics.metrics())![1])
const full = () => eventually(async () => (await drawn()) === SIZE)

test('nothing is drawn until it is wanted; then it fills up to its size and no further', async () => {
  open()
  expect(await drawn()).toBe(0)
  for (let i = 0; i < 5; i++) pool.warm()
  await full()
  for (let i = 0; i < 5; i++) pool.warm()
  await pause(200)
  expect(await drawn()).toBe(SIZE)
})

test('an empty pool says so at once, and fills again', async () => {
  open()
  pool.warm()
  await full()
  const began = performance.now()
  const taken = Array.from({ length: 1_000 }, () => pool.take())
  // A thousand drawings would take seconds, and not one is made here.
  expect(performance.now() - began).toBeLessThan(1_000)
  expect(taken.filter((captcha) => captcha !== undefined)).toHaveLength(SIZE)
  expect(new Set(taken.slice(0, SIZE).map((captcha) => captcha?.text)).size).toBe(SIZE)
  await full()
})

test('the event loop turns while it draws', async () => {
  open()
  pool.warm()
  let turns = 0
  while ((await drawn()) < SIZE) {
    turns++
    await new Promise((done) => setImmediate(done))
  }
  // Drawn on this thread, each picture would be one long turn.
  expect(turns).toBeGreaterThan(SIZE * 3)
})

test('a closed pool draws no more', async () => {
  open()
  pool.warm()
  await full()
  await pool.close()
  // Longer than a thread that died is waited for.
  await pause(1_200)
  expect(pool.take()).toBeDefined()
  await pause(800)
  expect(await drawn()).toBe(SIZE - 1)
})
