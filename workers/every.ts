import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from '../platform/log.ts'

/**
 * Does some work again and again, with a pause between the end of one turn and the next, never two turns at once. A turn
 * that fails is logged; the next one comes. `now()` cuts the pause short.
 */
export function every(
  /** Or what gives it, at each pause anew. */
  pauseMs: number | (() => number),
  name: string,
  work: () => Promise<void>,
  log: Logger,
): { now: () => void; stop: () => Promise<void> } {
  let stopped = false
  let pause = new AbortController()
  const loop = async (): Promise<void> => {
    while (!stopped) {
      try {
        await work()
      } catch (error) {
        log.warn({ err: error }, `${name} failed`)
      }
      const pauseNow = typeof pauseMs === 'function' ? pauseMs() : pauseMs
      await sleep(pauseNow * (0.9 + Math.random() * 0.2), undefined, { signal: pause.signal }).catch(
        () => undefined,
      )
      pause = new AbortController()
    }
  }
  const done = loop()
  return {
    now: () => pause.abort(),
    stop: async () => {
      stopped = true
      pause.abort()
      await done
    },
  }
}
