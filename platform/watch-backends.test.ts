import { Registry } from 'prom-client'
import { expect, test } from 'vitest'
import { watchBackends } from './watch-backends.ts'

const upOf = async (metrics: Registry): Promise<Record<string, number>> => {
  const { values } = (await metrics.getSingleMetric('sluice_backend_up')?.get()) ?? { values: [] }
  return Object.fromEntries(values.map(({ labels, value }) => [labels.backend, value]))
}

test('who answers is up; who refuses, or owes an answer for too long, is away, until it answers again', async () => {
  const metrics = new Registry()
  let questions = 0
  let frozen = true
  let thaw = () => {}
  const stop = watchBackends(
    metrics,
    {
      well: async () => 'PONG',
      refuses: () => Promise.reject(new Error('no')),
      frozen: () => {
        questions++
        return new Promise<void>((resolve) => {
          thaw = resolve
          if (!frozen) resolve()
        })
      },
    },
    { everyMs: 5, patienceMs: 100 },
  )
  await expect.poll(() => upOf(metrics)).toEqual({ well: 1, refuses: 0, frozen: 0 })
  // One question at a time, however long the answer takes.
  expect(questions).toBe(1)
  frozen = false
  thaw()
  await expect.poll(async () => (await upOf(metrics)).frozen).toBe(1)
  stop()
})

test('a question that is never answered is given up, and another one asked', async () => {
  const metrics = new Registry()
  let questions = 0
  const ask = () => (questions++ === 0 ? new Promise<never>(() => {}) : Promise.resolve())
  const stop = watchBackends(metrics, { back: ask }, { everyMs: 5, patienceMs: 10, givenUpMs: 300 })
  await expect.poll(() => upOf(metrics)).toEqual({ back: 0 })
  await expect.poll(() => upOf(metrics)).toEqual({ back: 1 })
  stop()
})
