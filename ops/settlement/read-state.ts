import type { SettlementState } from '../../contract/console/settlement.ts'
import { readSale } from '../../contract/sales.ts'
import type { SaleStores } from '../sales/sale-stores.ts'
import { unknownSale } from '../sales/unknown-sale.ts'
import { isBlocked, readBlockers, tellBlockers } from './read-blockers.ts'
import { readSettlement } from './read-settlement.ts'

/** Reads where a sale stands on its way to the settlement. Throws Problem `unknown_sale`. */
export async function readSettlementState(
  { mysql, redis }: SaleStores,
  id: number,
): Promise<SettlementState> {
  const sale = await readSale(mysql, id)
  if (!sale) throw unknownSale(id)
  const { phase, closesAt } = sale
  const own = { phase, sku: sale.sku ?? null, closesAt }
  const settlement = (await readSettlement(mysql, id)) ?? null
  if (settlement || phase === 'draft' || phase === 'discarded') {
    const is = phase === 'draft' ? 'a draft' : 'discarded'
    const detail = settlement ? '' : `It is ${is}: nothing was sold.`
    return { ...own, possible: false, detail, blockers: null, settlement }
  }
  const blockers = await readBlockers(mysql, redis, id).catch(() => readBlockers(mysql, undefined, id))
  const over = phase === 'closed' || Date.now() >= closesAt
  const detail = [
    over ? '' : `It is ${phase} until ${new Date(closesAt).toISOString()}: close it first.`,
    isBlocked(blockers) ? `${tellBlockers(id, blockers)}.` : '',
  ]
  const said = detail.filter(Boolean).join(' ')
  return { ...own, possible: said === '', detail: said, blockers, settlement: null }
}
