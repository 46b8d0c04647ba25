import NodeCache from 'node-cache'
import { SALE_CHANGED } from '../contract/keys.ts'
import { listLiveSales, listShownSales, readSale } from '../contract/sales.ts'
import type { Sale } from '../contract/words.ts'
import type { Logger } from '../platform/log.ts'
import type { Pool } from '../platform/mysql.ts'
import type { Redis } from '../platform/redis.ts'
import { createHighestSale } from './highest-sale.ts'
import type { SwitchBoard } from './switches/switch-board.ts'

/** How long a sale is believed without asking MySQL; pub/sub ends it sooner where something changed. */
const FRESH_MS = 10_000
/** A hot sale is read again at this age, before anybody has to wait for it. */
const WARM_MS = 5_000
const MOST_SALES = 10_000

interface Entry {
  sale: Sale | undefined
  readAt: number
}

export interface SaleCache {
  /** A sale, or undefined where there is none or it was never published. Rejects only if it was never read and MySQL is down. */
  get(id: number): Promise<Sale | undefined>
  /** What is known of a sale without asking anybody, perhaps of long ago. */
  peek(id: number): Sale | undefined
  /** The sales that the release loop looks after, as last read: those that are not settled. */
  live(): Sale[]
  /** The sales that the snapshot shows: those not over for more than a day, also where they are settled. */
  shown(): Sale[]
  /** Reads these ahead of time, where what is known of them is about to be too old. For hot ones. */
  warm(ids: readonly number[]): void
  /** Reads the live sales from MySQL again. */
  refresh(): Promise<void>
}

/**
 * What this gateway knows of sales that does not change with every click. Read from MySQL, kept in node-cache,
 * forgotten when ops publish a change; while MySQL is down the last known values serve on.
 */
export function createSaleCache(
  mysql: Pool,
  subscriber: Redis,
  log: Logger,
  switches?: Pick<SwitchBoard, 'of'>,
): SaleCache {
  const cache = new NodeCache({ useClones: false, stdTTL: 3600, checkperiod: 60, maxKeys: MOST_SALES })
  const reading = new Map<number, Promise<Sale | undefined>>()
  const mayExist = createHighestSale(mysql)
  let shownSales: Sale[] = []
  let liveSales: Sale[] = []

  const keep = (id: number, sale: Sale | undefined): void => {
    // A crowd asking for made-up numbers may fill the cache; then it is emptied, not grown.
    if (cache.getStats().keys >= MOST_SALES) cache.flushAll()
    const never = sale?.phase === 'draft' || sale?.phase === 'discarded'
    cache.set<Entry>(id, { sale: never ? undefined : sale, readAt: Date.now() })
  }

  const read = async (id: number, old: Entry | undefined): Promise<Sale | undefined> => {
    try {
      const sale = await readSale(mysql, id)
      keep(id, sale)
      return cache.get<Entry>(id)?.sale
    } catch (error) {
      if (!old) throw error
      log.warn({ err: error, sale: id }, 'sale not read again, the last known one serves')
      return old.sale
    } finally {
      reading.delete(id)
    }
  }

  const refresh = async (): Promise<void> => {
    ;[shownSales, liveSales] = await Promise.all([listShownSales(mysql), listLiveSales(mysql)])
    for (const sale of [...liveSales, ...shownSales]) keep(sale.id, sale)
  }

  subscriber.on('message', (channel: string, message: string) => {
    if (channel !== SALE_CHANGED) return
    cache.del(Number(message))
    refresh().catch((error) => log.warn({ err: error }, 'live sales not read'))
  })
  // Changes published while the subscription was cut were missed: believe nothing.
  subscriber.on('ready', () => cache.flushAll())

  const readOnce = (id: number, entry: Entry | undefined): Promise<Sale | undefined> => {
    const running = reading.get(id)
    if (running) return running
    const started = read(id, entry)
    reading.set(id, started)
    return started
  }

  /** As it is sold now: without its challenge where challenges are switched off. */
  const asSwitched = <S extends Sale | undefined>(sale: S): S =>
    sale === undefined || sale.challenge === 'none' || (switches?.of(sale.id).challenge ?? true)
      ? sale
      : { ...sale, challenge: 'none' }

  return {
    async get(id) {
      const entry = cache.get<Entry>(id)
      if (!entry && !(await mayExist(id))) return undefined
      const fresh = entry !== undefined && Date.now() - entry.readAt < FRESH_MS
      return asSwitched(fresh ? entry.sale : await readOnce(id, entry))
    },
    peek: (id) => cache.get<Entry>(id)?.sale,
    live: () => liveSales.map(asSwitched),
    shown: () => shownSales.map(asSwitched),
    warm(ids) {
      for (const id of ids) {
        const entry = cache.get<Entry>(id)
        if (entry && Date.now() - entry.readAt < WARM_MS) continue
        readOnce(id, entry).catch((error) => log.warn({ err: error, sale: id }, 'hot sale not read ahead'))
      }
    },
    refresh,
  }
}
