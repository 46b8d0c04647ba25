import { seconds } from './duration.ts'
import { find } from './paint-desk.ts'

/**
 * The banner that admits a lost connection. `lost(retryAt)` shows it with the time of the next try (ms on
 * `performance.now()`), `found()` hides it, both at the next `paint`, which also counts down. `onRetry` is the buyer's "Try now".
 */
export function connectionBanner(onRetry: () => void) {
  const banner = find('#connection')
  const text = find('#connection-text')
  let retryAt: number | undefined

  function paint(hasPlace: boolean): void {
    banner.hidden = retryAt === undefined
    if (retryAt === undefined) return
    const wait = retryAt - performance.now()
    const next = wait > 0 ? `Trying again in ${seconds(wait)}.` : 'Trying again …'
    const why = navigator.onLine ? 'No answer from the shop.' : 'You are offline.'
    const words = `${why} ${next}${hasPlace ? ' Your place is kept.' : ''}`
    if (text.textContent !== words) text.textContent = words
  }

  find('#connection-retry').addEventListener('click', onRetry)
  addEventListener('online', onRetry)
  return {
    paint,
    lost(at: number) {
      retryAt = at
    },
    found() {
      retryAt = undefined
    },
  }
}
