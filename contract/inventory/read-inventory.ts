import { type Db, select } from '../../platform/mysql.ts'
import type { Article } from './article.ts'

interface Row {
  sku: string
  title: string
  on_hand: number
  received: string | number | null
  in_sales: string | number | null
}

const toArticle = (row: Row): Article => ({
  sku: row.sku,
  title: row.title,
  onHand: Number(row.on_hand),
  received: Number(row.received ?? 0),
  inSales: Number(row.in_sales ?? 0),
})

const ARTICLES = `SELECT i.sku, i.title, i.on_hand,
  (SELECT SUM(m.units) FROM inventory_moves m WHERE m.sku = i.sku AND m.sale_id IS NULL) AS received,
  (SELECT -SUM(m.units) FROM inventory_moves m WHERE m.sku = i.sku AND m.sale_id IS NOT NULL) AS in_sales
  FROM shop_inventory i`

/** All articles, by SKU. */
export const listInventory = async (db: Db): Promise<Article[]> =>
  (await select<Row>(db, `${ARTICLES} ORDER BY i.sku`)).map(toArticle)

/** One article, or undefined. */
export async function readArticle(db: Db, sku: string): Promise<Article | undefined> {
  const [row] = await select<Row>(db, `${ARTICLES} WHERE i.sku = ?`, [sku])
  return row && toArticle(row)
}

/** Units that a sale took out of the inventory and has not given back. */
export async function unitsInSale(db: Db, sale: number): Promise<number> {
  const [row] = await select<{ units: string | number | null }>(
    db,
    'SELECT -SUM(units) AS units FROM inventory_moves WHERE sale_id = ?',
    [sale],
  )
  return Number(row?.units ?? 0)
}
