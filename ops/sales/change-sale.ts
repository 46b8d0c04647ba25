import { spreadSettings } from '../../contract/card-settings.ts'
import { Problem } from '../../contract/errors.ts'
import { isLive, readSale } from '../../contract/sales.ts'
import type { Sale, SalePhase } from '../../contract/words.ts'
import { type Db, type Pool, transaction } from '../../platform/mysql.ts'
import { type By, PROGRAM } from '../actions/by.ts'
import { recordAction } from '../actions/record-action.ts'
import { refuseStale } from '../actions/refuse-stale.ts'
import type { SaleStores } from './sale-stores.ts'
import { unknownSale } from './unknown-sale.ts'

/** A change that people make to a sale's row. */
export interface SaleChange {
  /** NOUN.VERB, for the record. */
  action: string
  /** The phases that it starts from. */
  from: readonly SalePhase[]
  /** The version that whoever asks has seen; undefined: whatever it is now. */
  version?: number | undefined
  /**
   * Under the row lock: the columns to set, and before and after in words for the record; undefined where all is as wanted
   * already. May change other rows through `db`, and throw.
   */
  work: (sale: Sale, db: Db) => Change | undefined | Promise<Change | undefined>
}

interface Change {
  columns: Record<string, unknown>
  before: unknown
  after: unknown
}

/**
 * Changes a sale in MySQL under its row lock, so that two operators can not cross each other: raises its version and records
 * who did what, in the same transaction. Gives the sale as it is now.
 * Throws Problem `unknown_sale`, or `conflict` where its phase is none of `from` or its version another one.
 */
export const changeSale = (
  mysql: Pool,
  id: number,
  { action, from, version, work }: SaleChange,
  by: By = PROGRAM,
): Promise<Sale> =>
  transaction(mysql, async (db) => {
    const sale = await readSale(db, id, 'lock')
    if (!sale) throw unknownSale(id)
    await refuseStale(db, sale, version)
    if (!from.includes(sale.phase)) throw notFrom(sale, from)
    const change = await work(sale, db)
    if (!change) return sale
    await db.query('UPDATE sales SET ?, version = version + 1 WHERE id = ?', [change.columns, id])
    await recordAction(db, { ...by, action, sale: id, before: change.before, after: change.after })
    return (await readSale(db, id))!
  })

export const notFrom = ({ id, phase }: Sale, from: readonly SalePhase[]): Problem =>
  new Problem('conflict', { detail: `sale ${id} is ${phase}; this needs one that is ${from.join(' or ')}` })

/**
 * Brings a sale's settings, as MySQL has them now, to Redis and tells every gateway. The row is locked meanwhile: of two
 * changes at once the later one is also the one that stays in Redis.
 */
export const spreadSale = ({ mysql, redis }: SaleStores, id: number): Promise<void> =>
  transaction(mysql, async (db) => {
    const sale = await readSale(db, id, 'lock')
    if (sale && isLive(sale)) await spreadSettings(redis, sale)
  })
