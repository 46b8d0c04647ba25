import { moveUnits } from '../../contract/inventory/move-units.ts'
import type { Sale } from '../../contract/words.ts'
import type { Pool } from '../../platform/mysql.ts'
import { type By, PROGRAM } from '../actions/by.ts'
import { changeSale } from './change-sale.ts'

/**
 * Discards a draft: it is in no list any more and can not be published, and in the same transaction its whole stock goes back
 * into the shop's inventory. Discarding again changes nothing. Gives the sale as it is now.
 * Throws Problem `unknown_sale`, or `conflict` where it is no draft any more, or not the `version` that was seen.
 */
export const discardDraft = (mysql: Pool, id: number, by: By = PROGRAM, version?: number): Promise<Sale> =>
  changeSale(
    mysql,
    id,
    {
      action: 'sale.discard',
      from: ['draft', 'discarded'],
      version,
      async work({ phase, sku, stock }, db) {
        if (phase === 'discarded') return undefined
        const back = { sale: id, units: stock, reason: 'discarded' } as const
        if (sku !== undefined && !(await moveUnits(db, { sku, ...back }))) {
          throw new Error(`sale ${id}: the inventory does not take back ${stock} units of ${sku}`)
        }
        return { columns: { phase: 'discarded' }, before: { phase }, after: { phase: 'discarded' } }
      },
    },
    by,
  )

/** What to tell whoever discarded it. */
export const tellDiscarded = ({ id, sku, stock }: Sale): string =>
  `sale ${id} is discarded${sku === undefined ? '' : `; its ${stock} units of ${sku} are the shop's again`}`
