import { readSale } from '../../contract/sales.ts'
import type { SalePhase } from '../../contract/words.ts'
import type { SaleStores } from '../sales/sale-stores.ts'
import { unknownSale } from '../sales/unknown-sale.ts'
import { type Blockers, isBlocked, readBlockers, tellBlockers } from './read-blockers.ts'
import { readSettlement, type Settlement } from './read-settlement.ts'

/** Where a sale stands on its way to the settlement. Times are ms. */
export interface SettlementState {
  phase: SalePhase
  sku: string | null
  closesAt: number
  /** Whether it can be settled now, as far as that is seen without its audit. */
  possible: boolean
  /** Why not, in a sentence; '' where it is possible, or settled. */
  detail: string
  /** Of a sale that is not settled. What waits and flies is only known while Redis answers. */
  blockers: Blockers | null
  settlement: Settlement | null
}

/** Reads that. Throws Problem `unknown_sale`. */
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
