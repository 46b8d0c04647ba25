import type { Answer } from './call.ts'

const LEAST_MS = 200
const MOST_MS = 600_000
const DEFAULT_MS = 2_000
const LONGEST_BACKOFF_MS = 15_000

const within = (ms: number): number => Math.min(MOST_MS, Math.max(LEAST_MS, ms))

/**
 * How long to wait before the next poll, in ms.
 * An answer names its own delay (`pollAfterMs`). A 429 or 503 names it with Retry-After; a little chance on top
 * keeps a refused crowd from coming back in one wave. Silence and other failures back off, doubling, to 15 s.
 * `failures` counts the polls in a row without an answer; `random` is 0 to 1.
 */
export function pollDelay(
  answer: Answer<{ pollAfterMs?: number }>,
  failures: number,
  random: number = Math.random(),
): number {
  if (answer.kind === 'ok') return within(answer.body?.pollAfterMs ?? DEFAULT_MS)
  if (answer.kind === 'refused' && (answer.status === 429 || answer.status === 503))
    return within((answer.retryAfterMs ?? 1_000) + 200 + random * 500)
  const backoff = Math.min(LONGEST_BACKOFF_MS, 1_000 * 2 ** Math.max(0, failures - 1))
  return within(backoff * (0.75 + random / 4))
}
