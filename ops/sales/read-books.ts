import { saleKeys } from '../../contract/keys.ts'
import type { Sale } from '../../contract/words.ts'
import type { Redis } from '../../platform/redis.ts'

/** What of a sale's books is known at this moment. Units, but for `waiting` and `inFlight`: units wanted by tickets. */
export interface Books {
  stock: number
  /** Held or sold. */
  sold: number
  paid: number
  /** Sold and not yet paid. */
  held: number
  /** By MySQL: stock less sold. */
  left: number
  /** Of Redis: what the line wants, and what is released and not yet recorded; null while Redis does not have the sale. */
  waiting: number | null
  inFlight: number | null
}

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
