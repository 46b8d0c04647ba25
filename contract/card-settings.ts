import type { Redis } from '../platform/redis.ts'
import { SALE_CHANGED, saleKeys } from './keys.ts'
import { script } from './scripts.ts'
import type { Sale } from './words.ts'

const changeSale = script('change_sale')

/** The settings on a sale's card, as field, value, … for Redis. */
export const cardSettings = (sale: Sale): (string | number)[] => [
  ...['standby', sale.standby, 'opens', sale.opensAt, 'closes', sale.closesAt],
  ...['phase', sale.phase],
  ...['batch', sale.release === 'auto' ? 0 : sale.release.batch],
  ...['every', sale.release === 'auto' ? 0 : sale.release.everyMs],
  ...['deduct', sale.deduct, 'over', sale.deduct === 'payment' ? sale.standby : 0],
]

/** Writes a sale's part of the window of auto release on its card; where it is not loaded, the next look writes it. */
export async function shareWindow(redis: Redis, sale: number, tickets: number): Promise<void> {
  await changeSale(redis, [saleKeys(sale).card], ['window', tickets])
}

/** Brings changed settings of a sale (as MySQL now has them) to Redis and tells every gateway. */
export async function spreadSettings(redis: Redis, sale: Sale): Promise<void> {
  await changeSale(redis, [saleKeys(sale.id).card], cardSettings(sale))
  await redis.publish(SALE_CHANGED, String(sale.id))
}
