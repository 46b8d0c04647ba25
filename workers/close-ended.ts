import { spreadSettings } from '../contract/card-settings.ts'
import { writeEvent } from '../contract/events.ts'
import { saleKeys } from '../contract/keys.ts'
import { readBalance } from '../contract/line/balance.ts'
import { listLiveSales, readSale } from '../contract/sales.ts'
import { SaleUnloaded } from '../contract/scripts.ts'
import { type Pool, transaction } from '../platform/mysql.ts'
import type { Redis } from '../platform/redis.ts'
import type { Backends } from './orders/serve-batch.ts'

/**
 * Closes the sales whose closing time is over, as soon as everybody in their line has the final answer, which the release
 * gives from that time on. So nothing of an ended sale waits for people but its settlement. Any number of workers may do it
 * at once, and one that dies on the way leaves the rest to the next.
 */
export async function closeEnded({ mysql, redis, log }: Backends, name: string): Promise<void> {
  // By the clock that ends joining and releasing: a worker whose own is ahead must not close a sale that still sells.
  const [seconds] = await redis.time()
  const ended = (await listLiveSales(mysql)).filter(
    ({ phase, closesAt }) => phase !== 'closed' && closesAt <= Number(seconds) * 1_000,
  )
  for (const { id } of ended) {
    if ((await stillMoves(redis, id)) || !(await close(mysql, id, name))) continue
    log.info({ sale: id }, 'closed: its time is over')
    // To the doors a closed sale and one past its time are the same, so nothing is wrong where this is not told.
    await spreadSettings(redis, (await readSale(mysql, id))!)
  }
}

/** Whether somebody of the sale is without a row: in the line, with a place kept, in flight, or just reserved. */
async function stillMoves(redis: Redis, id: number): Promise<boolean> {
  try {
    const { waiting, flight, reserved } = await readBalance(redis, id)
    return waiting.sum + flight.length + reserved + (await redis.zcard(saleKeys(id).away)) > 0
  } catch (error) {
    // Reconciliation loads it; until then nobody knows.
    if (error instanceof SaleUnloaded) return true
    throw error
  }
}

/** @returns whether it was this call that closed it: not another worker, nor an operator. */
const close = (mysql: Pool, id: number, name: string): Promise<boolean> =>
  transaction(mysql, async (db) => {
    const sale = await readSale(db, id, 'lock')
    if (sale?.phase !== 'published' && sale?.phase !== 'paused') return false
    await db.query("UPDATE sales SET phase = 'closed' WHERE id = ?", [id])
    const detail = 'closed: its time is over, and everybody in its line has the answer'
    await writeEvent(db, { sale: id, kind: 'closing', who: name, detail })
    return true
  })
