import type { Pool } from '../../platform/mysql.ts'
import type { Redis } from '../../platform/redis.ts'

/** Where a sale is kept, and where its page goes. */
export interface SaleStores {
  mysql: Pool
  redis: Redis
  /** The static origin folder that nginx serves; without it no page is written. */
  www?: string | undefined
  /** The folder that a CDN takes its files from; without it nothing is uploaded. */
  cdn?: string | undefined
  /** The flash domain of every nginx; publishing asks each for the pages. */
  doors?: string[] | undefined
}

/** What to say where `www` is missing. */
export const NO_PAGE = 'note: the page of the sale is not written, since SLUICE_WWW does not name its folder'
