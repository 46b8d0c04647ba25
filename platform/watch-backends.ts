import { setTimeout as sleep } from 'node:timers/promises'
import { Gauge, type Registry } from 'prom-client'

/** Asks a backend whether it works; rejects where it does not. */
export type Ask = () => Promise<unknown>

interface Pace {
  /** From one question to the next, ms. */
  everyMs?: number
  /** A backend that has not answered for so long is away, ms. */
  patienceMs?: number
  /** A question without an answer for so long is given up, and a new one asked, ms. */
  givenUpMs?: number
}

/**
 * Asks each backend again and again, in the background, and keeps what is found as metrics: `sluice_backend_up` (as this
 * process sees it) and `sluice_backend_seconds` (what its last answer took). A scrape never waits for a backend, so one that
 * is frozen does not make this process look dead as well.
 * @returns stops it.
 */
export function watchBackends(metrics: Registry, backends: Record<string, Ask>, pace: Pace = {}): () => void {
  const { everyMs = 2_000, patienceMs = 3_000, givenUpMs = 15_000 } = pace
  const up = new Gauge({
    name: 'sluice_backend_up',
    help: '1 while a backend answers this process, 0 while it does not',
    labelNames: ['backend'],
    registers: [metrics],
  })
  const took = new Gauge({
    name: 'sluice_backend_seconds',
    help: 'What the last answer of a backend took',
    labelNames: ['backend'],
    registers: [metrics],
  })
  const stopped = new AbortController()
  const { signal } = stopped

  const watch = async (backend: string, ask: Ask): Promise<void> => {
    while (!signal.aborted) {
      const began = performance.now()
      const answer = ask().then(
        () => true,
        () => false,
      )
      // Late, it is away already; its answer is still waited for, so that questions to a frozen backend do not pile up.
      const late = setTimeout(() => up.set({ backend }, 0), patienceMs)
      // Not `sleep`: it could not be ended with the answer, and such pauses would pile up at the signal.
      let giveUp: NodeJS.Timeout | undefined
      const given = new Promise<false>((resolve) => {
        giveUp = setTimeout(resolve, givenUpMs, false).unref()
      })
      const answers = await Promise.race([answer, given])
      clearTimeout(giveUp)
      clearTimeout(late)
      if (signal.aborted) return
      up.set({ backend }, answers ? 1 : 0)
      if (answers) took.set({ backend }, (performance.now() - began) / 1_000)
      await sleep(everyMs, undefined, { signal }).catch(() => undefined)
    }
  }
  for (const [backend, ask] of Object.entries(backends)) void watch(backend, ask)
  return () => stopped.abort()
}
