import type { ReleaseRate, Sale, SalePhase } from '../../contract/words.ts'
import type { By } from '../actions/by.ts'
import { changeSale, spreadSale } from './change-sale.ts'
import type { SaleStores } from './sale-stores.ts'

/** A sale that may still release somebody. */
const FROM: SalePhase[] = ['draft', 'published', 'paused']

export const releaseText = (release: ReleaseRate): string =>
  release === 'auto' ? 'auto' : `${release.batch}/${release.everyMs}`

/**
 * Sets how fast a sale's line is released; the next release of any gateway goes by it. Throws Problem `unknown_sale`, or
 * `conflict` where the sale is over or somebody changed it since `version`.
 */
export async function changeRelease(
  stores: SaleStores,
  id: number,
  release: ReleaseRate,
  by?: By,
  version?: number,
): Promise<Sale> {
  const [batch, everyMs] = release === 'auto' ? [null, null] : [release.batch, release.everyMs]
  const work = (sale: Sale) =>
    releaseText(sale.release) === releaseText(release)
      ? undefined
      : {
          columns: { release_batch: batch, release_every_ms: everyMs },
          before: { release: releaseText(sale.release) },
          after: { release: releaseText(release) },
        }
  const sale = await changeSale(stores.mysql, id, { action: 'sale.release', from: FROM, version, work }, by)
  await spreadSale(stores, id)
  return sale
}

/** Sets how many may wait beyond the units left. Throws as {@link changeRelease}. */
export async function changeStandby(
  stores: SaleStores,
  id: number,
  standby: number | { percent: number },
  by?: By,
  version?: number,
): Promise<Sale> {
  const work = (sale: Sale) => {
    const units = typeof standby === 'number' ? standby : Math.ceil((sale.stock * standby.percent) / 100)
    return units === sale.standby
      ? undefined
      : { columns: { standby: units }, before: { standby: sale.standby }, after: { standby: units } }
  }
  const sale = await changeSale(stores.mysql, id, { action: 'sale.standby', from: FROM, version, work }, by)
  await spreadSale(stores, id)
  return sale
}
