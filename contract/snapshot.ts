import type { SwitchValues } from './switches.ts'
import type { SalePhase } from './words.ts'

/**
 * What the door knows: one small JSON of all live sales, written to Redis by a gateway about every 100 ms,
 * pulled by each nginx about every 200 ms into a shared dict. Times are ms since 1970, money is whole cents.
 * `lua/edge/snapshot.lua` reads it.
 */
export interface Snapshot {
  /** Rises with every change; the door decodes a snapshot once for each. */
  seq: number
  /** When it was written. */
  at: number
  /** The version of the block list in Redis (contract/blocks.ts); absent where Redis has lost it. */
  blocks?: string
  sales: Record<string, SaleCard>
  /** What is switched for all sales. */
  switches?: SwitchValues
  /** Buyers who ask too often: the door makes them wait longer between two clicks. */
  hotUsers?: string[]
}

export interface SaleCard {
  id: number
  title: string
  price: number
  currency: string
  opensAt: number
  closesAt: number
  phase: SalePhase
  perUser: number
  challenge: string
  /** No unit is free, nobody waits, and nobody may stand by: the door answers sold_out. */
  soldOut: boolean
  /** As many tickets alive as units left plus standby: the door answers line_full. */
  lineFull: boolean
  /** The highest number released in this epoch; the numbers of earlier epochs are all below it. */
  served: number
  /** Numbers up to this one are next: their polls reach a gateway (see lua/redis/release.lua). */
  reach: number
  /** The highest number handed out. */
  last: number
  /** Numbers above `served` that left the line out of turn: a bitmap by the number modulo 131,072, base64. */
  gone?: string
  /** A rehearsal: buyers are not told of it. */
  hidden?: boolean
  /** How many wait. */
  waiting: number
  /** Units that are neither held nor in flight: whoever stands further back than that stands by. */
  free: number
  /** Release speed, for the time a buyer still waits; 0 when unknown. */
  perSecond: number
  /** The admission share, from 0 to 1: the door lets in those buyers whose point in this sale lies below it. */
  share?: number
  /** What is switched for this sale, where it differs from what is for all. */
  switches?: SwitchValues
  /** What the release never exceeds, tickets a second. */
  fastest: number
  /** The longest delay between two polls that the door may tell, ms, before its jitter of a tenth. */
  pollMs: number
}
