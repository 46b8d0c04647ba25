import { type Absence, nearPollMs } from '../../contract/line/absence.ts'
import { type AbsenceConfig, absenceOf } from '../config.ts'

/** For so long doors and other gateways may still tell delays of before a change. */
const SPREAD_MS = 2_000
/** Delays are told with a jitter of a tenth. */
const JITTER = 1.1

/**
 * By what absence is judged. A buyer who was told under the old settings when to ask again must not count as absent under
 * new, shorter ones before that delay is over; so after a change the longer ones of both count until then.
 */
export function createPatience(config: AbsenceConfig, clock: () => number = Date.now): () => Absence {
  let current = absenceOf(config)
  let earlier: { absence: Absence; until: number }[] = []

  return () => {
    const next = absenceOf(config)
    const now = clock()
    if (next.absentMs !== current.absentMs || next.farPollMs !== current.farPollMs) {
      const longest = Math.max(current.farPollMs, nearPollMs(current)) * JITTER
      earlier.push({ absence: current, until: now + longest + SPREAD_MS })
    }
    current = next
    if (earlier.length === 0) return current
    earlier = earlier.filter(({ until }) => until > now)
    const all = [current, ...earlier.map(({ absence }) => absence)]
    return {
      absentMs: Math.max(...all.map(({ absentMs }) => absentMs)),
      graceMs: current.graceMs,
      farPollMs: Math.max(...all.map(({ farPollMs }) => farPollMs)),
    }
  }
}
