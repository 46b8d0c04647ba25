import type { ChangedStock } from '../../contract/console/stock.ts'
import { moveUnits } from '../../contract/inventory/move-units.ts'
import { readArticle } from '../../contract/inventory/read-inventory.ts'
import { preloadSale } from '../../contract/preload.ts'
import { readSale } from '../../contract/sales.ts'
import { SaleUnloaded } from '../../contract/scripts.ts'
import { putStock, STOCK, tellStock } from '../../contract/stock/tell-stock.ts'
import type { Sale } from '../../contract/words.ts'
import { type Db, transaction } from '../../platform/mysql.ts'
import type { Redis } from '../../platform/redis.ts'
import { type By, PROGRAM } from '../actions/by.ts'
import { recordAction } from '../actions/record-action.ts'
import { refuseStale } from '../actions/refuse-stale.ts'
import type { SaleStores } from '../sales/sale-stores.ts'
import { unknownSale } from '../sales/unknown-sale.ts'
import { checkStock, refuseStock } from './check-stock.ts'

export interface StockChange {
  sale: number
  stock: number
  /** The version of the sale that the change was decided on. */
  version: number
}

/** Redis forgot the sale, or holds another epoch of it: it is loaded, then the change is tried again. */
const TRIES = 3

/**
 * Changes the stock of a sale, also while it is being sold. MySQL decides, under the lock of the sale's row, with the
 * shop's inventory in the same transaction; then Redis is told. Where units are taken away, Redis has to give them up
 * before the commit: it alone knows at that instant which units are in flight. If the commit fails after that, Redis
 * holds too few for a moment, never too many, and reconciliation tells it again.
 * Throws InputError by field `stock`, Problem `unknown_sale`, or `conflict` for a stale version or a sale that is over.
 */
export async function changeStock(
  { mysql, redis }: Pick<SaleStores, 'mysql' | 'redis'>,
  change: StockChange,
  by: By = PROGRAM,
): Promise<ChangedStock> {
  const id = change.sale
  for (let tries = 1; ; tries++) {
    try {
      const before = await transaction(mysql, (db) => changeRow(db, redis, change, by))
      const told = await tellStock(mysql, redis, id).then(
        () => true,
        () => false,
      )
      return { sale: id, before: before.stock, after: change.stock, version: before.version + 1, told }
    } catch (error) {
      if (!(error instanceof SaleUnloaded) || tries === TRIES) throw error
      await preloadSale(mysql, redis, id)
    }
  }
}

/** Everything that MySQL holds of the change, and for fewer units Redis too; gives the sale as it was. */
async function changeRow(
  db: Db,
  redis: Redis,
  { sale: id, stock, version }: StockChange,
  by: By,
): Promise<Sale> {
  const sale = await readSale(db, id, 'lock')
  if (!sale) throw unknownSale(id)
  checkStock(sale, stock)
  await refuseStale(db, sale, version)
  await moveBetween(db, sale, stock)
  await db.query('UPDATE sales SET stock = ?, version = version + 1 WHERE id = ?', [stock, id])
  await recordAction(db, {
    ...by,
    action: 'sale.stock',
    sale: id,
    before: { stock: sale.stock },
    after: { stock },
  })
  if (stock < sale.stock && sale.phase !== 'draft') await takeFromRedis(redis, { ...sale, stock })
  return sale
}

/** What the sale gets more, the shop has less; both or neither. */
async function moveBetween(db: Db, sale: Sale, stock: number): Promise<void> {
  if (sale.sku === undefined) return
  const units = sale.stock - stock
  const move = { sku: sale.sku, sale: sale.id, units }
  if (await moveUnits(db, { ...move, reason: units < 0 ? 'raised' : 'lowered' })) return
  const { onHand } = (await readArticle(db, sale.sku))!
  refuseStock(`must be ${sale.stock + onHand} or less: the shop has ${onHand} more of ${sale.sku}`)
}

async function takeFromRedis(redis: Redis, sale: Sale): Promise<void> {
  const { code, before, free } = await putStock(redis, sale, 'guarded')
  if (code === STOCK.stale) throw new SaleUnloaded(sale.id)
  if (code === STOCK.taken) {
    refuseStock(`must be ${before - free} or more: all others are sold, held, or on their way to a buyer`)
  }
}
