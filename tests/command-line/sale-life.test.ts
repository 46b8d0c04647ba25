import { afterAll, beforeAll, expect, test } from 'vitest'
import { SALE_CHANGED, saleKeys } from '../../contract/keys.ts'
import { connectSubscriber } from '../../platform/redis.ts'
import { type LentCommandLine, lendCommandLine } from './lend-command-line.ts'

// A sale after it was made: how it is shown, steered and audited.

// Real servers on a machine that runs other tests beside these.
let line: LentCommandLine
beforeAll(async () => {
  line = await lendCommandLine()
})
afterAll(() => line?.stop())

test('a draft is nowhere but in MySQL until it is published', async () => {
  const id = await line.newSale('--draft')
  expect((await line.readRow(id)).phase).toBe('draft')
  expect(await line.redis.exists(saleKeys(id).card)).toBe(0)
  expect(await line.runJson(['sale', 'publish', String(id)])).toMatchObject({
    code: 0,
    value: { id, phase: 'published' },
  })
  expect(await line.redis.exists(saleKeys(id).card)).toBe(1)
  await line.redis.del(saleKeys(id).card)
  expect((await line.run(['sale', 'publish', String(id)])).code).toBe(0)
  expect(await line.redis.exists(saleKeys(id).card)).toBe(1)
})

test('list and show', async () => {
  const id = await line.newSale()
  const { value } = await line.runJson(['sale', 'show', String(id)])
  expect(value).toMatchObject({
    id,
    title: 'Umbrella',
    stock: 7,
    left: 7,
    phase: 'published',
    release: { batch: 10 },
  })
  const list = (await line.runJson(['sale', 'list'])).value
  expect(list[0]).toEqual(value)
  expect((await line.run(['sale', 'list'])).stdout).toMatch(/^ID +PHASE +SOLD +OPENS +CLOSES +TITLE\n/)
  expect((await line.run(['sale', 'show', String(id)])).stdout).toMatch(/^release +10\/100$/m)
})

test('pause, resume and close reach MySQL, Redis and the gateways', async () => {
  const id = await line.newSale()
  const subscriber = connectSubscriber(line.env.SLUICE_REDIS_URL!, 'test')
  await subscriber.subscribe(SALE_CHANGED)
  const heard: string[] = []
  subscriber.on('message', (_, message) => heard.push(message))
  for (const [step, phase] of Object.entries({ pause: 'paused', resume: 'published', close: 'closed' })) {
    expect(await line.runJson(['sale', step, String(id)])).toMatchObject({ code: 0, value: { id, phase } })
    expect((await line.readRow(id)).phase).toBe(phase)
    expect(await line.redis.hget(saleKeys(id).card, 'phase')).toBe(phase)
  }
  await expect.poll(() => heard).toEqual([String(id), String(id), String(id)])
  subscriber.disconnect()
})

test.each([
  ['draft', ['pause', 'resume', 'close'], ['--draft'], []],
  ['closed', ['pause', 'resume', 'publish'], [], ['close']],
])('a %s sale refuses %j', async (phase, steps, options, before) => {
  const id = await line.newSale(...options)
  for (const step of before) await line.run(['sale', step, String(id)])
  for (const step of steps) {
    const { code, error } = await line.runJson(['sale', step, String(id)])
    expect({ code, error }).toEqual({
      code: 1,
      error: { code: 'conflict', message: expect.stringContaining(phase) },
    })
  }
  expect((await line.readRow(id)).phase).toBe(phase)
})

test('closing again repairs a Redis that missed it', async () => {
  const id = await line.newSale()
  await line.run(['sale', 'close', String(id)])
  await line.redis.hset(saleKeys(id).card, 'phase', 'published')
  expect((await line.run(['sale', 'close', String(id)])).code).toBe(0)
  expect(await line.redis.hget(saleKeys(id).card, 'phase')).toBe('closed')
})

test.each(['show', 'publish', 'pause', 'resume', 'close'])('sale %s of an unknown sale', async (step) => {
  expect(await line.runJson(['sale', step, '99999'])).toMatchObject({
    code: 1,
    error: { code: 'unknown_sale' },
  })
  expect(await line.runJson(['sale', step, 'x'])).toMatchObject({
    code: 2,
    error: { code: 'invalid_request' },
  })
})

test('audit: 0 for right books, 1 for wrong ones, and for none', async () => {
  const id = await line.newSale()
  const right = await line.runJson(['audit', String(id)])
  expect(right).toMatchObject({ code: 0, value: { ok: true, stock: 7, left: 7, tickets: 0, problems: [] } })
  expect((await line.run(['audit', String(id)])).stdout).toContain(`the books of sale ${id} are right`)
  await line.redis.hset(saleKeys(id).card, 'left', 6)
  const wrong = await line.run(['audit', String(id), '--json'])
  expect(wrong.code).toBe(1)
  expect(JSON.parse(wrong.stdout).problems).toHaveLength(1)
  expect(await line.runJson(['audit', '99999'])).toMatchObject({ code: 1, error: { code: 'unknown_sale' } })
})
