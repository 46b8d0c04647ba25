import { type Pool, select } from '../../../platform/mysql.ts'
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
export type Work = 'questions' | 'flight' | 'payments' | 'questions to the provider'

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
  if (work === 'questions to the provider') return (await aboutToAsk(at.mysql, sale)) > 0
  return (await at.redis.hlen(`sale:{${sale}}:flight`).catch(() => 0)) > 0
}

/** Payments that a worker asks the provider about now or in a moment: their orders run out of time. */
async function aboutToAsk(mysql: Pool, sale: number): Promise<number> {
  const [row] = await select<{ due: number }>(
    mysql,
    `SELECT COUNT(*) AS due FROM payments p JOIN orders o ON o.sale_id = p.sale_id AND o.number = p.number
     WHERE p.sale_id = ? AND p.state IN ('opening', 'open', 'refunding')
       AND (p.ask_at IS NOT NULL OR (o.state = 'awaiting_payment' AND o.pay_by < ?))`,
    [sale, new Date(Date.now() + 300)],
  ).catch(() => [])
  return Number(row?.due ?? 0)
}
