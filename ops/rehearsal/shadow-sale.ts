import { spreadSettings } from '../../contract/card-settings.ts'
import { SALE_CHANGED, saleKeys } from '../../contract/keys.ts'
import { preloadSale } from '../../contract/preload.ts'
import { readSale } from '../../contract/sales.ts'
import type { Challenge, Sale } from '../../contract/words.ts'
import { type Pool, select, transaction } from '../../platform/mysql.ts'
import { insertSale } from '../sales/create-sale.ts'
import { completeSale } from '../sales/sale-input.ts'
import type { SaleStores } from '../sales/sale-stores.ts'
import { untilSnapshot } from '../sales/until-snapshot.ts'

const OPEN_MS = 10 * 60_000
/** While the crowd takes its places. */
const SLOW = { batch: 1, everyMs: 100 }
/** Long enough to pay on a busy machine, short enough to wait for who does not. */
const PAY_WITHIN_S = 10

/** What a shadow sale has of its own. */
export interface Shadow {
  stock: number
  standby: number
  challenge: Challenge
}

/**
 * Opens a sale on a shadow stock: units that nobody has. It is in no list, has no page, takes nothing of the inventory, and
 * gateways let only buyers of rehearsals into it. It has the questions of the sale's own quiz.
 */
export async function openShadow(
  { mysql, redis }: SaleStores,
  of: Sale,
  { stock, standby, challenge }: Shadow,
): Promise<{ id: number }> {
  const now = Date.now()
  const sale = completeSale(
    {
      ...{ title: `Rehearsal of ${of.id}`, stock, priceCents: of.priceCents, currency: of.currency },
      ...{ opensAt: now, closesAt: now + OPEN_MS, challenge, release: SLOW, deduct: of.deduct },
      // A place more than there are buyers: a line that is full would tell strangers that it is there.
      standby: standby + 1,
      ...{ payWithinS: PAY_WITHIN_S, holdS: of.deduct === 'hold' ? PAY_WITHIN_S - 1 : undefined },
    },
    now,
  )
  const id = await transaction(mysql, async (db) => {
    const id = await insertSale(db, sale, { of: of.id })
    await db.query("UPDATE sales SET phase = 'published' WHERE id = ?", [id])
    await db.query(
      `INSERT INTO quiz_questions (sale_id, question, answers, choices)
       SELECT ?, question, answers, choices FROM quiz_questions WHERE sale_id = ?`,
      [id, of.id],
    )
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
  await mysql.query("UPDATE sales SET phase = 'closed' WHERE id = ? AND rehearsal_of IS NOT NULL", [id])
  const sale = await readSale(mysql, id)
  if (sale) await spreadSettings(redis, sale)
}

/** Whatever has rows of a sale that is rehearsed, the dependent ones first. */
const TABLES = [
  ...[
    'samples',
    'door_counts',
    'events',
    'epochs',
    'quiz_questions',
    'restores',
    'payment_events',
    'payments',
    'orders',
  ],
  'refusals',
]

/** Takes it out of every store. Only once nothing of it is on its way any more. */
export async function removeShadow({ mysql, redis }: SaleStores, id: number): Promise<void> {
  await transaction(mysql, async (db) => {
    const sale = await readSale(db, id, 'lock')
    // Never anything but a rehearsal.
    if (sale?.rehearsalOf === undefined) return
    for (const table of TABLES) {
      await db.query(`DELETE FROM ${table} WHERE sale_id = ?`, [id])
    }
    await db.query('DELETE FROM sales WHERE id = ?', [id])
  })
  await redis.del(...Object.values(saleKeys(id)))
  await redis.publish(SALE_CHANGED, String(id))
}

/** The shadow sales that there are, of rehearsals that run or that were left behind. */
export const listShadows = async (mysql: Pool): Promise<number[]> =>
  (
    await select<{ id: number }>(mysql, 'SELECT id FROM sales WHERE rehearsal_of IS NOT NULL ORDER BY id')
  ).map(({ id }) => id)
