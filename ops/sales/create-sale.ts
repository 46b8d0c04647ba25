import type { ResultSetHeader } from 'mysql2/promise'
import type { CreatedSale } from '../../contract/console/sale.ts'
import { moveUnits } from '../../contract/inventory/move-units.ts'
import { readArticle } from '../../contract/inventory/read-inventory.ts'
import { type Db, select, transaction } from '../../platform/mysql.ts'
import { type By, PROGRAM } from '../actions/by.ts'
import { InputError } from '../actions/input-error.ts'
import { recordAction } from '../actions/record-action.ts'
import { publishSale } from './publish-sale.ts'
import { type CompleteSale, completeSale, type SaleInput } from './sale-input.ts'
import type { SaleStores } from './sale-stores.ts'

/** How long after the closing a signed ticket is still good to read its outcome. */
const TICKETS_LIVE_ON_MS = 30 * 86_400_000

/**
 * Registers a new sale in MySQL, its stock out of the shop's inventory where it names an article, and, unless it is a
 * draft, publishes it: its page, its card in Redis. Gives its ID.
 * Throws InputError for a wrong setting, before anything is written.
 */
export async function createSale(
  stores: SaleStores,
  input: SaleInput,
  options: { draft?: boolean; by?: By } = {},
): Promise<CreatedSale> {
  const sale = completeSale(input, Date.now())
  const id = await transaction(stores.mysql, async (db) => {
    const id = await insertSale(db, sale)
    await recordAction(db, { ...(options.by ?? PROGRAM), action: 'sale.create', sale: id, after: sale })
    return id
  })
  if (!options.draft) {
    await publishSale(stores, id, options.by).catch((error: unknown) => {
      throw new Error(
        `sale ${id} is written but not all published (${(error as Error).message}): try \`sale publish ${id}\``,
        { cause: error },
      )
    })
  }
  return { id }
}

/** Writes the sale and, where it names an article, moves its stock out of the shop's inventory: both, or neither. */
export async function insertSale(
  db: Db,
  sale: CompleteSale,
  rehearsal: { of: number } | undefined = undefined,
): Promise<number> {
  const [{ insertId: id }] = await db.query<ResultSetHeader>('INSERT INTO sales SET ?', {
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
    sku: sale.sku === undefined ? null : await knownSku(db, sale.sku),
    rehearsal_of: rehearsal?.of ?? null,
  })
  if (sale.sku !== undefined) await takeStock(db, sale.sku, id, sale.stock)
  return id
}

async function knownSku(db: Db, sku: string): Promise<string> {
  // Locked for what follows: the insert alone would only share the lock, and two who registered at once would deadlock.
  const found = await select(db, 'SELECT sku FROM shop_inventory WHERE sku = ? FOR UPDATE', [sku])
  if (found.length > 0) return sku
  const message = `must be an article of the inventory, and ${sku} is none`
  throw new InputError(`--sku ${message}`, [{ field: 'sku', message }])
}

async function takeStock(db: Db, sku: string, sale: number, stock: number): Promise<void> {
  if (await moveUnits(db, { sku, sale, units: -stock, reason: 'registered' })) return
  const { onHand } = (await readArticle(db, sku))!
  const message = `is more than the shop has: ${onHand} of ${sku} are on hand, ${stock} are wanted`
  throw new InputError(`--stock ${message}`, [{ field: 'stock', message }])
}
