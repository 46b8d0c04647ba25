import type { Redis } from '../platform/redis.ts'

const BEAT_MS = 250

export interface RedisPulse {
  /** False while Redis owes an answer for too long, or could not be asked. */
  answers(): boolean
  stop(): void
}

/**
 * Asks Redis all the time whether it is there, so that while it is frozen nobody's request has to wait for a timeout to
 * find out.
 * @param beatsMost after so many beats of 250 ms without an answer Redis counts as away
 */
export function watchRedis(redis: Redis, beatsMost = 4): RedisPulse {
  // Beats, not milliseconds: when this process stood still itself, it has missed beats, and Redis owes nothing.
  let silentBeats = 0
  let asked = false
  let failed = false
  const timer = setInterval(() => {
    if (asked) {
      silentBeats++
      return
    }
    asked = true
    redis
      .ping()
      .then(
        () => {
          failed = false
        },
        () => {
          failed = true
        },
      )
      .finally(() => {
        asked = false
        silentBeats = 0
      })
  }, BEAT_MS)
  return {
    answers: () => !failed && silentBeats < beatsMost,
    stop: () => clearInterval(timer),
  }
}
