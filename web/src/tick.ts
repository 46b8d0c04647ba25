import type { Desk } from './desk.ts'

/**
 * When to paint next, in ms: at the next whole second before whatever the page counts down to, so that the button
 * opens on the very instant and figures turn evenly; at most a second.
 */
export function nextTick({ sale, place, refusal }: Desk, now: number): number {
  const targets = [sale.opensAt, sale.closesAt, place?.payBy, refusal?.until]
  const ahead = targets.flatMap((at) => (at !== undefined && at > now ? [(at - now) % 1000 || 1000] : []))
  return Math.max(1, Math.ceil(Math.min(1000, ...ahead)))
}
