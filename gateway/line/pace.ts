import { type Absence, nearPollMs } from '../../contract/line/absence.ts'
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
 * that came together does not poll together. Never later than the buyer would count as absent.
 * `lua/edge/still_waiting.lua` says the same to those who are far.
 * @param factor so many times slower, as switched
 * @param place what is known of the place: the time it still waits, or how far it stands beyond the units free
 */
export function pollAfterMs(
  place: { etaMs: number } | { beyond: number },
  absence: Absence,
  factor = 1,
): number {
  const base = 'etaMs' in place ? Math.max(place.etaMs / 4, 500) : 2_000 + 50 * place.beyond
  // Slowed polls still come in time: no later than halfway to the turn, or the turn would be missed.
  const most = 'etaMs' in place ? Math.max(base, place.etaMs / 2, 500 * factor) : Number.POSITIVE_INFINITY
  const slowed = Math.min(base * factor, most)
  return Math.round(Math.min(slowed, nearPollMs(absence)) * (0.9 + Math.random() * 0.2))
}
