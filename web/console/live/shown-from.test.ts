import { expect, test } from 'vitest'
import { shownFrom } from './shown-from.ts'

const S = 1_000
const [opensAt, spanMs] = [1_000_000 * S, 300 * S]
const shown = (secondsAfter: number, firstAt: number | undefined, whole = false) => {
  const to = opensAt + secondsAfter * S
  return (to - shownFrom({ spanMs: whole ? undefined : spanMs, to, opensAt, firstAt })) / S
}

test.each([
  ['a second after the opening: half a minute', 1, opensAt - 900 * S, 30],
  ['a minute after it: what came since, with the opening itself', 60, opensAt - 900 * S, 65],
  ['an hour after it: as much as was asked for', 3600, opensAt - 900 * S, 300],
  ['before it, from the first sample on', -60, opensAt - 160 * S, 100],
  ['the console came late: from its first sample on', 3600, opensAt + 3500 * S, 100],
  ['no sample yet', -3600, undefined, 300],
])('%s', (_, after, firstAt, seconds) => {
  expect(shown(after, firstAt)).toBe(seconds)
})

test('the whole sale begins a minute before its opening, and is never turned around', () => {
  expect(shown(3600, opensAt, true)).toBe(3660)
  expect(shown(-3600, undefined, true)).toBe(30)
})
