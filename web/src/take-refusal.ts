import type { Refusal } from './call.ts'
import type { Desk } from './desk.ts'

const NOT_OPEN_PAUSE_MS = 500

/**
 * The desk after a refused click. What the refusal says about the sale itself is believed at once; everything else
 * is shown with the time from which another click may help (`now` and `until` are ms on the server's clock).
 */
export function takeRefusal(desk: Desk, refusal: Refusal, now: number): Desk {
  const { code, opensAt } = refusal
  const waitMs = refusal.retryAfterMs ?? (code === 'not_open' ? NOT_OPEN_PAUSE_MS : 0)
  const refused: Desk = { ...desk, refusal: { code, until: now + waitMs } }
  if (code === 'sold_out' || code === 'ended' || code === 'paused')
    return { ...refused, sale: { ...desk.sale, state: code } }
  if (code === 'not_open' && opensAt !== undefined)
    return { ...refused, sale: { ...desk.sale, state: 'upcoming', opensAt } }
  return refused
}
