import type { Books } from '../../contract/console/sale.ts'
import { saleKeys } from '../../contract/keys.ts'
import type { Sale } from '../../contract/words.ts'
import type { Redis } from '../../platform/redis.ts'

/** A Redis that is away or has forgotten the sale leaves its two numbers out; MySQL's are true all the same. */
export async function readBooks(redis: Redis, sale: Sale): Promise<Books> {
  const [waiting, flying] = await redis
    .hmget(saleKeys(sale.id).card, 'waiting', 'flying')
    .catch(() => [null, null])
  const { stock, sold, paid } = sale
  const number = (text: string | null | undefined) => (text ? Number(text) : null)
  return {
    ...{ stock, sold, paid, held: sold - paid, left: stock - sold },
    ...{ waiting: number(waiting), inFlight: number(flying) },
  }
}
