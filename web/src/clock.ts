import { call } from './call.ts'

/** One look at the server's clock; `sentAt` and `receivedAt` are monotonic ms of this page, `server` is ms since 1970. */
export interface ClockSample {
  sentAt: number
  receivedAt: number
  server: number
}

/**
 * What to add to this page's monotonic time to get the server's time. The sample with the shortest round trip
 * wins: half of it is the most that its answer can be wrong by (Cristian's algorithm).
 */
export function serverOffset(samples: readonly ClockSample[]): number | undefined {
  const trip = (s: ClockSample) => s.receivedAt - s.sentAt
  const best = samples.reduce<ClockSample | undefined>((a, b) => (a && trip(a) <= trip(b) ? a : b), undefined)
  return best && best.server + trip(best) / 2 - best.receivedAt
}

export interface Clock {
  /** The server's time, ms since 1970. Until the first sample arrives it is this device's own. */
  now(): number
  /** Looks at the server's clock again, several times. */
  sync(): Promise<void>
}

const SAMPLES = 5
const SAMPLE_GAP_MS = 120
const REFRESH_MS = 60_000

const pause = (ms: number) => new Promise((done) => setTimeout(done, ms))

/** Starts a clock that follows the server; `onChange` is called whenever its offset is known better. */
export function startClock(onChange: () => void): Clock {
  let offset = Date.now() - performance.now()
  let syncing: Promise<void> | undefined

  async function sample(): Promise<void> {
    const samples: ClockSample[] = []
    for (let i = 0; i < SAMPLES; i++) {
      if (i > 0) await pause(SAMPLE_GAP_MS)
      const sentAt = performance.now()
      const answer = await call<{ now: number }>('GET', '/api/time')
      if (answer.kind !== 'ok') break
      samples.push({ sentAt, receivedAt: performance.now(), server: answer.body.now })
      if (i > 0) continue
      // The first sample is used at once: a rough time now beats an exact one later.
      offset = serverOffset(samples) ?? offset
      onChange()
    }
    offset = serverOffset(samples) ?? offset
    onChange()
  }

  function sync(): Promise<void> {
    syncing ??= sample().finally(() => {
      syncing = undefined
    })
    return syncing
  }

  const refresh = () => {
    setTimeout(refresh, REFRESH_MS * (0.75 + Math.random() / 2))
    if (document.visibilityState === 'visible') void sync()
  }
  setTimeout(refresh, REFRESH_MS)
  // The monotonic clock may stand still while a laptop sleeps, so a page that comes back asks again.
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') void sync()
  })
  return { now: () => performance.now() + offset, sync }
}
