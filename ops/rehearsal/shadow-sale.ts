import { spreadSettings } from '../../contract/card-settings.ts'
import { SALE_CHANGED, saleKeys } from '../../contract/keys.ts'
import { preloadSale } from '../../contract/preload.ts'
import { readSale } from '../../contract/sales.ts'
import type { Sale } from '../../contract/words.ts'
import { type Pool, select, transaction } from '../../platform/mysql.ts'
import { insertSale } from '../sales/create-sale.ts'
import { completeSale } from '../sales/sale-input.ts'
import type { SaleStores } from '../sales/sale-stores.ts'
import { untilSnapshot } from '../sales/until-snapshot.ts'

const OPEN_MS = 10 * 60_000
/** While the crowd takes its places. */
const SLOW = { batch: 5, everyMs: 100 }

/**
 * Opens a sale on a shadow stock: `buyers` units that nobody has, so that everybody who clicks could win. It is in no
 * list, has no page, takes nothing of the inventory, and gateways let only buyers of rehearsals into it.
 */
export async function openShadow(
  { mysql, redis }: SaleStores,
  of: Sale,
  buyers: number,
): Promise<{ id: number }> {
  const now = Date.now()
  const sale = completeSale(
    {
      ...{ title: `Rehearsal of ${of.id}`, stock: buyers, priceCents: of.priceCents, currency: of.currency },
      ...{ opensAt: now, closesAt: now + OPEN_MS, standby: 0, release: SLOW, deduct: of.deduct },
      ...{ payWithinS: of.payWithinS, holdS: of.holdS },
    },
    now,
  )
  const id = await transaction(mysql, async (db) => {
    const id = await insertSale(db, sale, { of: of.id })
    await db.query("UPDATE sales SET phase = 'published' WHERE id = ?", [id])
    return id
  })
  await preloadSale(mysql, redis, id)
  await redis.publish(SALE_CHANGED, String(id))
  await untilSnapshot(redis, id)
  return { id }
}

/** Tickets a second. */
export async function setRate({ mysql, redis }: SaleStores, id: number, perSecond: number): Promise<void> {
  const every = 100
  const batch = Math.max(Math.round((perSecond * every) / 1000), 1)
  const columns = { release_batch: batch, release_every_ms: Math.round((1000 * batch) / perSecond) }
  await mysql.query('UPDATE sales SET ? WHERE id = ?', [columns, id])
  await spreadSettings(redis, (await readSale(mysql, id))!)
}

/** Ends it: whoever still waits is told so. */
export async function closeShadow({ mysql, redis }: SaleStores, id: number): Promise<void> {
  await mysql.query("UPDATE sales SET phase = 'closed' WHERE id = ?", [id])
  await spreadSettings(redis, (await readSale(mysql, id))!)
}

/** Takes it out of every store. Only once nothing of it is on its way any more. */
export async function removeShadow({ mysql, redis }: SaleStores, id: number): Promise<void> {
  await transaction(mysql, async (db) => {
    const sale = await readSale(db, id, 'lock')
    // Never anything but a rehearsal.
    if (sale?.rehearsalOf === undefined) return
    for (const table of ['samples', 'door_counts', 'restores', 'orders', 'refusals', 'epochs', 'events']) {
      await db.query(`DELETE FROM ${table} WHERE sale_id = ?`, [id])
    }
    await db.query('DELETE FROM sales WHERE id = ?', [id])
  })
  await redis.del(...Object.values(saleKeys(id)))
  await redis.publish(SALE_CHANGED, String(id))
}

/** Rehearsals that somebody left behind when he died, and where nothing can be on its way any more. */
export const listLeftShadows = async (mysql: Pool): Promise<number[]> =>
  (
    await select<{ id: number }>(
      mysql,
      `SELECT id FROM sales WHERE rehearsal_of IS NOT NULL AND created_at < UTC_TIMESTAMP(3) - INTERVAL 15 MINUTE`,
    )
  ).map(({ id }) => id)
