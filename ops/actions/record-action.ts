import type { Db } from '../../platform/mysql.ts'
import type { By } from './by.ts'

export interface Action extends By {
  /** NOUN.VERB, such as `sale.pause`. */
  action: string
  sale?: number | undefined
  /** What was changed where it is not the sale itself: a buyer, a switch, an operator. */
  target?: string | undefined
  /** Anything that JSON can hold; left out where there was nothing before, or is nothing after. */
  before?: unknown
  after?: unknown
}

/**
 * Writes down what somebody did; inside the transaction that makes the change, so that there is never one without the
 * other. The rows can not be changed or removed afterwards: the database's triggers refuse it.
 */
export async function recordAction(db: Db, action: Action): Promise<void> {
  await db.query(
    `INSERT INTO actions (who, role, action, sale_id, target, value_before, value_after, reason, request_id, address)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    [
      ...[cut(action.who, 100), action.role ?? null, action.action, action.sale ?? null],
      ...[cut(action.target, 200), json(action.before), json(action.after), cut(action.reason, 500)],
      ...[ascii(action.requestId, 100), ascii(action.address, 45)],
    ],
  )
}

const json = (value: unknown): string | null => (value === undefined ? null : JSON.stringify(value))

/** What others chose the length of must not keep an action from being recorded. */
const cut = (text: string | undefined, most: number): string | null =>
  text === undefined || text === '' ? null : [...text].slice(0, most).join('')

const ascii = (text: string | undefined, most: number): string | null =>
  cut(text?.replace(/[^!-~]/g, '?'), most)
