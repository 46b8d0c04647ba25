import type { Crowd } from '../crowd.ts'
import type { FaultStack } from '../fault-stack.ts'
import type { Random } from '../random.ts'
import type { Desk } from '../receipts.ts'

/** What a fault strikes at. */
export interface Scene {
  at: FaultStack
  /** The sale that the crowd is at. */
  sale: number
  desk: Desk
  crowd: Crowd
  random: Random
}

/** Work that has to be under way for a strike to count. */
export type Work = 'questions' | 'flight' | 'payments'

export interface Fault {
  name: string
  /** It counts as hit only where this was under way when it struck. */
  work: Work
  /** Before its buyers come. */
  prepare?(scene: Scene): Promise<void>
  /**
   * Strikes; resolves when the fault itself is over (a process that was killed is still starting then).
   * @returns from when on the shop has to be whole again within 15 s, and where the fault knows better than `work`,
   * whether it hit.
   */
  strike(scene: Scene): Promise<{ from: number; hit?: boolean }>
}

/** Whether the work is under way right now. */
export async function isUnderWay({ at, sale, desk, crowd }: Scene, work: Work): Promise<boolean> {
  if (work === 'questions') return desk.outstanding() > 0
  if (work === 'payments') return crowd.paying() > 0
  return (await at.redis.hlen(`sale:{${sale}}:flight`).catch(() => 0)) > 0
}
