import type { RecordedAction } from '../../contract/console/action.ts'
import { type Db, select } from '../../platform/mysql.ts'

interface ActionRow {
  id: number
  at: Date
  who: string
  role: string | null
  action: string
  sale_id: number | null
  target: string | null
  value_before: string | null
  value_after: string | null
  reason: string | null
  request_id: string | null
  address: string | null
}

export interface Wanted {
  sale?: number | undefined
  who?: string | undefined
  /** Only those older than this one. */
  before?: number | undefined
  /** Those of a sale that changed its settings. */
  changesOnly?: boolean
}

/** What was done, the newest first, `most` rows at most. */
export async function listActions(db: Db, wanted: Wanted, most: number): Promise<RecordedAction[]> {
  const filters: [condition: string, value: unknown][] = []
  if (wanted.sale !== undefined) filters.push(['sale_id = ?', wanted.sale])
  if (wanted.who !== undefined) filters.push(['who = ?', wanted.who])
  if (wanted.before !== undefined) filters.push(['id < ?', wanted.before])
  if (wanted.changesOnly) filters.push(['action LIKE ?', 'sale.%'])
  const where = filters.length === 0 ? '' : `WHERE ${filters.map(([condition]) => condition).join(' AND ')}`
  const rows = await select<ActionRow>(db, `SELECT * FROM actions ${where} ORDER BY id DESC LIMIT ?`, [
    ...filters.map(([, value]) => value),
    most,
  ])
  return rows.map((row) => ({
    ...{ id: Number(row.id), at: row.at.toISOString(), who: row.who, action: row.action },
    ...known({
      role: row.role,
      sale: row.sale_id,
      target: row.target,
      before: parsed(row.value_before),
      after: parsed(row.value_after),
      reason: row.reason,
      requestId: row.request_id,
      address: row.address,
    }),
  }))
}

const parsed = (text: string | null): unknown => (text === null ? null : JSON.parse(text))

const known = (values: Record<string, unknown>): Record<string, never> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null)) as Record<string, never>
