import type { Redis } from '../platform/redis.ts'
import type { AutoRelease } from './auto-release.ts'
import { CENTRE } from './keys.ts'

/**
 * What the centre remembers from one snapshot to the next. It stands in Redis, because each snapshot may be written by
 * another gateway. Nothing here is needed to prove a promise: without it every share begins at 1, the level at 0, and the window of auto
 * release at its start.
 */
export interface CentreMemory {
  /** By sale ID. */
  shares: Record<string, ShareMemory>
  level: LevelMemory
  hot: HotList
  /** Absent before the first look. */
  auto?: AutoRelease
}

export interface ShareMemory {
  share: number
  /** When it was changed last, ms. */
  at: number
  /** Since when there has been room without a break, ms; 0: there is none. */
  roomSince: number
}

export interface LevelMemory {
  /** What the rules on load have made of it. */
  level: number
  /** When it was changed last, ms. */
  at: number
  /** Since when the load has called for a higher level, ms; 0: it does not. */
  worseSince: number
  /** Since when the load has been calm, ms; 0: it is not. */
  calmSince: number
}

/** The hottest, by name, with the time until which each counts as hot (ms). */
export interface HotList {
  sales: Record<string, number>
  users: Record<string, number>
}

export const NEW_CENTRE: CentreMemory = {
  shares: {},
  level: { level: 0, at: 0, worseSince: 0, calmSince: 0 },
  hot: { sales: {}, users: {} },
}

/** What the last writer of a snapshot left; a new one where Redis was erased or holds something else. */
export function readCentre(text: string | null): CentreMemory {
  try {
    return { ...NEW_CENTRE, ...(JSON.parse(text ?? '{}') as Partial<CentreMemory>) }
  } catch {
    return NEW_CENTRE
  }
}

export const fetchCentre = async (redis: Redis): Promise<CentreMemory> => readCentre(await redis.get(CENTRE))
