import { SALE_CHANGED } from '../../contract/keys.ts'
import { preloadSale } from '../../contract/preload.ts'
import { readSale } from '../../contract/sales.ts'
import type { Sale, SalePhase } from '../../contract/words.ts'
import type { By } from '../actions/by.ts'
import { publishSalePage } from '../pages/publish-page.ts'
import { uploadSale } from '../pages/upload-sale.ts'
import { changeSale, notFrom } from './change-sale.ts'
import type { SaleStores } from './sale-stores.ts'
import { unknownSale } from './unknown-sale.ts'
import { untilSnapshot } from './until-snapshot.ts'

const FROM: readonly SalePhase[] = ['draft', 'published', 'paused']

/**
 * Publishes a sale: its page first, so that it is there when the first link arrives, then MySQL, then Redis; ends when
 * the doors know it.
 * Publishing again repairs what is missing. Throws Problem `unknown_sale`, or `conflict` once the sale is closed or discarded.
 */
export async function publishSale(
  { mysql, redis, www, cdn }: SaleStores,
  id: number,
  by?: By,
  version?: number,
): Promise<Sale> {
  const sale = await readSale(mysql, id)
  if (!sale) throw unknownSale(id)
  if (!FROM.includes(sale.phase)) throw notFrom(sale, FROM)
  if (www !== undefined) await publishSalePage(www, sale)
  if (cdn !== undefined) await uploadSale(cdn, sale)
  const work = ({ phase }: Sale) =>
    phase === 'draft'
      ? { columns: { phase: 'published' }, before: { phase }, after: { phase: 'published' } }
      : undefined
  const published = await changeSale(mysql, id, { action: 'sale.publish', from: FROM, version, work }, by)
  await preloadSale(mysql, redis, id)
  await redis.publish(SALE_CHANGED, String(id))
  await untilSnapshot(redis, id)
  return published
}
