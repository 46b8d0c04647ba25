import { type Pool, transaction } from '../platform/mysql.ts'
import type { Redis } from '../platform/redis.ts'
import { saleKeys } from './keys.ts'
import { readSale } from './sales.ts'
import { script } from './scripts.ts'
import type { Sale } from './words.ts'

const raiseCeiling = script('raise_ceiling')

/** How many ticket numbers are leased from MySQL at a time. */
export const numberBlock = (sale: Sale): number => Math.max(10_000, 2 * (sale.stock + sale.standby))

/** Leases a further block of ticket numbers from MySQL for a sale that runs low. */
export async function leaseNumbers(mysql: Pool, redis: Redis, id: number): Promise<void> {
  const sale = await transaction(mysql, async (db) => {
    const current = await readSale(db, id, 'lock')
    if (!current) return undefined
    const numbersLeased = current.numbersLeased + numberBlock(current)
    await db.query('UPDATE sales SET numbers_leased = ? WHERE id = ?', [numbersLeased, id])
    return { ...current, numbersLeased }
  })
  if (sale) await raiseCeiling(redis, [saleKeys(id).card], [sale.epoch, sale.numbersLeased])
}
