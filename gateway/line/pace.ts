import type { ReleaseRate } from '../../contract/words.ts'

/** What auto release is taken to do in a second when a waiting time is told. */
const AUTO_PER_SECOND = 1_000

/** How many tickets a second a rate releases. */
export const perSecond = (release: ReleaseRate): number =>
  release === 'auto' ? AUTO_PER_SECOND : (release.batch * 1_000) / release.everyMs

/** What auto release never exceeds in a second. */
const AUTO_MOST_PER_SECOND = 10_000

/** What a rate never exceeds, tickets a second. */
export const fastest = (release: ReleaseRate): number =>
  release === 'auto' ? AUTO_MOST_PER_SECOND : perSecond(release)

/** How long a ticket at this position still waits, ms. */
export const etaMs = (position: number, release: ReleaseRate): number =>
  Math.ceil((position * 1_000) / perSecond(release))

/**
 * When to ask again, ms: soon when the turn is near, rarely when it is far, with a fifth of jitter so that a crowd
 * that came together does not poll together.
 */
export function pollAfterMs(etaMs: number, factor = 1): number {
  const base = Math.min(Math.max(etaMs / 4, 500), 10_000)
  return Math.round(slower(base, etaMs, factor) * (0.9 + Math.random() * 0.2))
}

/** Slowed polls still come in time: no later than halfway to the turn, or the turn would be missed. */
const slower = (base: number, etaMs: number, factor: number): number =>
  factor === 1 ? base : Math.max(base, Math.min(base * factor, Math.max(etaMs / 2, 500 * factor), 15_000))
