import { type Pool, transaction } from '../../platform/mysql.ts'
import type { Redis } from '../../platform/redis.ts'
import { SALE_CHANGED, saleKeys } from '../keys.ts'
import { preloadSale } from '../preload.ts'
import { isLive, readSale } from '../sales.ts'
import { SaleUnloaded, script, UNLOADED } from '../scripts.ts'
import type { Sale } from '../words.ts'

/** What lua/redis/change_stock.lua answers. */
export const STOCK = { changed: 1, same: 2, stale: 3, taken: 4 } as const

export interface StockAnswer {
  code: (typeof STOCK)[keyof typeof STOCK]
  /** The stock of the card before. */
  before: number
  /** Units that were neither held, reserved, in flight nor awaiting their payment. */
  free: number
}

const runChange = script('change_stock')

/**
 * Puts a stock on the sale's card. Only under the lock of the sale's row. With `guarded`, `taken` is the answer, and
 * nothing changed, where fewer units are free than would go. Throws {@link SaleUnloaded}.
 */
export async function putStock(
  redis: Redis,
  { id, epoch, stock, paid }: Pick<Sale, 'id' | 'epoch' | 'stock' | 'paid'>,
  guarded?: 'guarded',
): Promise<StockAnswer> {
  const reply = (await runChange(redis, [saleKeys(id).card], [epoch, stock, paid, guarded ?? ''])) as number[]
  if (reply[0] === UNLOADED) throw new SaleUnloaded(id)
  return { code: reply[1] as StockAnswer['code'], before: reply[2]!, free: reply[3]! }
}

/**
 * Tells Redis the stock that MySQL has. May be called by anybody at any time, as often as he likes: it reads the stock
 * and tells it under the lock of the sale's row. A sale that Redis does not hold is loaded, which tells it as well.
 * @returns whether anything changed.
 */
export async function tellStock(mysql: Pool, redis: Redis, id: number): Promise<boolean> {
  const answer = await transaction(mysql, async (db) => {
    const sale = await readSale(db, id, 'lock')
    if (!sale || !isLive(sale)) return undefined
    return putStock(redis, sale).catch(unlessUnloaded)
  })
  if (answer === undefined) return false
  if (answer === 'unloaded' || answer.code === STOCK.stale) await preloadSale(mysql, redis, id)
  const changed = answer === 'unloaded' || answer.code !== STOCK.same
  if (changed) await redis.publish(SALE_CHANGED, String(id))
  return changed
}

function unlessUnloaded(error: unknown): 'unloaded' {
  if (error instanceof SaleUnloaded) return 'unloaded'
  throw error
}
