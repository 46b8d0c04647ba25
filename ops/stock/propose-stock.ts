import { randomUUID } from 'node:crypto'
import type { ChangedStock, ProposedStock } from '../../contract/console/stock.ts'
import { Problem } from '../../contract/errors.ts'
import { readArticle } from '../../contract/inventory/read-inventory.ts'
import { saleKeys, stockChangeKey } from '../../contract/keys.ts'
import { preloadSale } from '../../contract/preload.ts'
import { readSale } from '../../contract/sales.ts'
import type { Sale } from '../../contract/words.ts'
import { type By, PROGRAM } from '../actions/by.ts'
import { refuseStale } from '../actions/refuse-stale.ts'
import type { SaleStores } from '../sales/sale-stores.ts'
import { unknownSale } from '../sales/unknown-sale.ts'
import { changeStock, type StockChange } from './change-stock.ts'
import { checkStock, refuseStock } from './check-stock.ts'

const CONFIRM_WITHIN_S = 60

type Stores = Pick<SaleStores, 'mysql' | 'redis'>

/**
 * The first of two steps: says what a new stock would change, and keeps the proposal for {@link CONFIRM_WITHIN_S}.
 * Throws as {@link changeStock}; nothing is changed.
 */
export async function proposeStock(stores: Stores, change: StockChange): Promise<ProposedStock> {
  const { mysql, redis } = stores
  const sale = await readSale(mysql, change.sale)
  if (!sale) throw unknownSale(change.sale)
  checkStock(sale, change.stock)
  await refuseStale(mysql, sale, change.version)
  const inFlight = await unitsInFlight(stores, sale)
  const lowest = Math.min(sale.sold + inFlight, sale.stock)
  if (change.stock < lowest)
    refuseStock(`must be ${lowest} or more: all others are sold, held, or on their way to a buyer`)
  const inventory = await inventoryAfter(stores, sale, change.stock)
  const id = randomUUID()
  await redis.set(stockChangeKey(id), JSON.stringify(change), 'EX', CONFIRM_WITHIN_S)
  return {
    ...{ change: id, sale: sale.id, before: sale.stock, after: change.stock, version: sale.version },
    ...{ sold: sale.sold, inFlight, lowest, inventory, confirmWithinS: CONFIRM_WITHIN_S },
  }
}

/** The second step. A proposal is good once and for a minute; then, and where the sale has changed: `conflict`. */
export async function confirmStock(
  stores: Stores,
  sale: number,
  change: string,
  by: By = PROGRAM,
): Promise<ChangedStock> {
  if (!(await readSale(stores.mysql, sale))) throw unknownSale(sale)
  const text = /^[\w-]{1,64}$/.test(change) ? await stores.redis.getdel(stockChangeKey(change)) : null
  const proposed = text === null ? undefined : (JSON.parse(text) as StockChange)
  if (proposed?.sale !== sale) {
    throw new Problem('conflict', {
      detail: `this change was confirmed already, or is older than ${CONFIRM_WITHIN_S} s: propose it again`,
    })
  }
  return changeStock(stores, proposed, by)
}

/** Units that are neither free nor counted as sold by MySQL: released, reserved, or awaiting their payment. */
async function unitsInFlight({ mysql, redis }: Stores, sale: Sale): Promise<number> {
  if (sale.phase === 'draft') return 0
  await preloadSale(mysql, redis, sale.id)
  const card = await redis.hmget(saleKeys(sale.id).card, 'stock', 'left', 'flying', 'awaiting')
  const [stock = 0, left = 0, flying = 0, awaiting = 0] = card.map(Number)
  return Math.max(stock - Math.max(left - flying - awaiting, 0) - sale.sold, 0)
}

async function inventoryAfter(
  { mysql }: Stores,
  sale: Sale,
  stock: number,
): Promise<ProposedStock['inventory']> {
  if (sale.sku === undefined) return null
  const { onHand } = (await readArticle(mysql, sale.sku))!
  const onHandAfter = onHand + sale.stock - stock
  if (onHandAfter < 0) {
    refuseStock(`must be ${sale.stock + onHand} or less: the shop has ${onHand} more of ${sale.sku}`)
  }
  return { sku: sale.sku, onHandBefore: onHand, onHandAfter }
}
