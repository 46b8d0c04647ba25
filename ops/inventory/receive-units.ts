import type { Article } from '../../contract/inventory/article.ts'
import { moveUnits } from '../../contract/inventory/move-units.ts'
import { readArticle } from '../../contract/inventory/read-inventory.ts'
import { type Pool, transaction } from '../../platform/mysql.ts'
import { type By, PROGRAM } from '../actions/by.ts'
import { InputError } from '../actions/input-error.ts'
import { recordAction } from '../actions/record-action.ts'
import { isSku, SKU_RULE } from './sku.ts'

const MOST = 1_000_000_000

/**
 * Puts units that came into the shop into its inventory; an article that is not known yet needs a title, and one that
 * is keeps its own unless another is given. Gives the article as it then stands. Throws InputError by field.
 */
export async function receiveUnits(
  mysql: Pool,
  { sku, title, units }: { sku: string; title?: string | undefined; units: number },
  by: By = PROGRAM,
): Promise<Article> {
  if (!isSku(sku)) refuse('sku', `must be ${SKU_RULE}`)
  if (!Number.isSafeInteger(units) || units < 1 || units > MOST) {
    refuse('units', `must be a whole number from 1 to ${MOST}`)
  }
  const bad =
    title !== undefined && (title.trim() === '' || [...title].length > 200 || /[\p{Cc}\p{Cs}]/u.test(title))
  if (bad) refuse('title', 'must be 1 to 200 characters without control characters')
  return transaction(mysql, async (db) => {
    if (title !== undefined) {
      const [result] = await db.query('UPDATE shop_inventory SET title = ? WHERE sku = ?', [title, sku])
      const { affectedRows } = result as { affectedRows: number }
      if (affectedRows === 0) {
        await db
          .query('INSERT INTO shop_inventory (sku, title) VALUES (?, ?)', [sku, title])
          .catch(unlessThere)
      }
    }
    if (!(await moveUnits(db, { sku, units, reason: 'received' }))) {
      refuse('title', `is needed: ${sku} is not in the inventory yet`)
    }
    const article = (await readArticle(db, sku))!
    const before = { onHand: article.onHand - units }
    await recordAction(db, {
      ...by,
      action: 'inventory.add',
      target: sku,
      before,
      after: { onHand: article.onHand },
    })
    return article
  })
}

/** Two who add the same new article at once: the second finds it there after all. */
function unlessThere(error: { errno?: number }): void {
  if (error.errno !== 1062) throw error
}

function refuse(field: string, message: string): never {
  throw new InputError(`--${field} ${message}`, [{ field, message }])
}
