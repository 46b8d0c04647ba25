import type { Redis } from '../../platform/redis.ts'
import { recordFates } from '../line/reserve.ts'
import type { OrderRow } from './order-row.ts'

/**
 * Shows buyers what has become of orders of one sale, and hands returned units to the line. Call it after the commit.
 * When Redis can not be told now, reconciliation tells it a little later.
 * @param final the stock of which every unit is paid, 0 while some are not.
 */
export async function tellOrders(
  redis: Redis,
  sale: number,
  orders: OrderRow[],
  final: number,
): Promise<void> {
  const fates = orders.map(({ number, buyer, quantity, state, payBy, version }) => ({
    ...{ number, buyer, quantity, state, version },
    payBy: state === 'awaiting_payment' ? payBy : 0,
  }))
  await recordFates(redis, sale, fates, final)
}
