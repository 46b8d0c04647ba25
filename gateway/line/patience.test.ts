import { expect, test } from 'vitest'
import { createPatience } from './patience.ts'

const start = () => {
  const config = { SLUICE_ABSENT_MS: 15_000, SLUICE_GRACE_MS: 90_000, SLUICE_FAR_POLL_MS: 20_000 }
  let now = 1_000_000
  const patience = createPatience(config, () => now)
  const after = (ms: number) => {
    now += ms
    return patience()
  }
  return { config, patience, after }
}

test('shorter settings count only when the longest delay told before is over', () => {
  const { config, patience, after } = start()
  expect(patience()).toEqual({ absentMs: 15_000, graceMs: 90_000, farPollMs: 20_000 })
  config.SLUICE_ABSENT_MS = 5_000
  config.SLUICE_FAR_POLL_MS = 6_000
  expect(patience()).toEqual({ absentMs: 15_000, graceMs: 90_000, farPollMs: 20_000 })
  // A buyer told 20 s, with a tenth of jitter, by a door that heard of the change two seconds later.
  expect(after(23_900)).toEqual({ absentMs: 15_000, graceMs: 90_000, farPollMs: 20_000 })
  expect(after(200)).toEqual({ absentMs: 5_000, graceMs: 90_000, farPollMs: 6_000 })
})

test('longer settings count at once', () => {
  const { config, patience } = start()
  config.SLUICE_ABSENT_MS = 30_000
  config.SLUICE_GRACE_MS = 120_000
  expect(patience()).toEqual({ absentMs: 30_000, graceMs: 120_000, farPollMs: 20_000 })
})

test('several changes in a row: the longest of them, each for its own time', () => {
  const { config, patience, after } = start()
  config.SLUICE_FAR_POLL_MS = 60_000
  expect(patience().farPollMs).toBe(60_000)
  after(1_000)
  config.SLUICE_FAR_POLL_MS = 5_000
  expect(patience().farPollMs).toBe(60_000)
  expect(after(60_000).farPollMs).toBe(60_000)
  expect(after(10_000).farPollMs).toBe(5_000)
})
