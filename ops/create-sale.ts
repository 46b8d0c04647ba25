import type { ResultSetHeader } from 'mysql2/promise'
import type { Pool } from '../platform/mysql.ts'
import type { Redis } from '../platform/redis.ts'
import { publishSale } from './publish-sale.ts'
import { completeSale, type SaleInput } from './sale-input.ts'

export interface SaleStores {
  mysql: Pool
  redis: Redis
  /** The static origin folder that nginx serves; without it no page is written. */
  www?: string | undefined
}

/** What to say where `www` is missing. */
export const NO_PAGE = 'note: the page of the sale is not written, since SLUICE_WWW does not name its folder'

/** How long after the closing a signed ticket is still good to read its outcome. */
const TICKETS_LIVE_ON_MS = 30 * 86_400_000

/**
 * Writes a new sale into MySQL and, unless it is a draft, publishes it: its page, its card in Redis. Gives its ID.
 * Throws InputError for a wrong setting, before anything is written.
 */
export async function createSale(
  stores: SaleStores,
  input: SaleInput,
  options: { draft?: boolean } = {},
): Promise<{ id: number }> {
  const sale = completeSale(input, Date.now())
  const [{ insertId: id }] = await stores.mysql.query<ResultSetHeader>('INSERT INTO sales SET ?', {
    title: sale.title,
    price_cents: sale.priceCents,
    currency: sale.currency,
    stock: sale.stock,
    per_user: sale.perUser,
    standby: sale.standby,
    release_batch: sale.release === 'auto' ? null : sale.release.batch,
    release_every_ms: sale.release === 'auto' ? null : sale.release.everyMs,
    pay_within_s: sale.payWithinS,
    deduct: sale.deduct,
    hold_s: sale.holdS ?? null,
    challenge: sale.challenge,
    opens_at: new Date(sale.opensAt),
    closes_at: new Date(sale.closesAt),
    tickets_expire_at: new Date(sale.closesAt + TICKETS_LIVE_ON_MS),
  })
  if (!options.draft) {
    await publishSale(stores, id).catch((error: unknown) => {
      throw new Error(
        `sale ${id} is written but not all published (${(error as Error).message}): try \`sale publish ${id}\``,
        { cause: error },
      )
    })
  }
  return { id }
}
