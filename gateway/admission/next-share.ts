import type { ShareMemory } from '../../contract/centre.ts'

/** What is known of one sale when a snapshot is written. */
export interface SaleDemandNow {
  /** Places in the line that are free: units left and standby, less those who wait and fly. */
  room: number
  /** Verified clicks a second that the share lets pass, at all doors together. */
  passed: number
  /** Different buyers who asked in the last 5 to 10 s, at all doors together. */
  buyers: number
  /** Whether any door reports: else nothing is known of the demand. */
  reported: boolean
}

export interface ShareLimits {
  /** Up to so many clicks a second pass, however little room there is: what the gateways can serve. */
  from: number
  /** So many clicks a second may pass for each free place: more than one, since not all who pass take it. */
  surplus: number
}

/** After a change, reports (every 500 ms, over the last 500 ms) show its effect; it is judged no sooner. */
const SETTLE_MS = 1_500
/** Room that nobody has taken for so long, with hardly anybody asking: everybody may come. */
const IDLE_MS = 2_000
const RISE = 2
/** From this the share may double to something in a few steps. */
const LEAST = 0.000_1

export const ALL_IN: ShareMemory = { share: 1, at: 0, roomSince: 0 }

/**
 * The share of the next snapshot. Times in ms.
 *
 * It falls in one step, in proportion, when more clicks pass than the gateways serve and than there are places for. It
 * doubles every 1.5 s while places stay free and fewer pass than that: whatever made it fall is over, or those who are
 * let in have left, and no unit may stay unsold because a buyer was held back. While the line is full it does not rise:
 * nobody gets in then, and as soon as a place comes free a whole crowd is there again.
 */
export function nextShare(
  last: ShareMemory,
  { room, passed, buyers, reported }: SaleDemandNow,
  { from, surplus }: ShareLimits,
  now: number,
): ShareMemory {
  if (!reported) return { ...ALL_IN, at: now }
  const roomSince = room > 0 ? last.roomSince || now : 0
  const settled = now - last.at >= SETTLE_MS
  const most = Math.max(from, surplus * room)
  if (passed > most && settled) {
    return { share: Math.max(LEAST, (last.share * most) / passed), at: now, roomSince }
  }
  if (last.share === 1 || roomSince === 0) return { ...last, roomSince }
  // Room for everybody who is there.
  if (buyers <= surplus * room && now - roomSince >= IDLE_MS) return { share: 1, at: now, roomSince }
  if (passed <= most / RISE && settled && now - roomSince >= SETTLE_MS) {
    return { share: Math.min(1, last.share * RISE), at: now, roomSince }
  }
  return { ...last, roomSince }
}
