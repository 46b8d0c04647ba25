import type { DoorCounts } from '../../contract/reports.ts'
import { type Db, select } from '../../platform/mysql.ts'

/** What all doors have counted of a sale, in all of their lives. */
export interface SaleCounts {
  door: Record<string, number>
  gateway: Record<string, number>
  /** How many doors have counted, and when the last one told, ms since 1970. */
  doors: number
  at: number
}

/** Undefined where no door has told anything of the sale to a console. */
export async function readCounts(db: Db, sale: number): Promise<SaleCounts | undefined> {
  const rows = await select<{ door: string; at: Date; data: string }>(
    db,
    'SELECT door, at, data FROM door_counts WHERE sale_id = ?',
    [sale],
  )
  if (rows.length === 0) return undefined
  const told = rows.map(({ data }) => JSON.parse(data) as DoorCounts)
  return {
    door: sumOf(told.map(({ door }) => door)),
    gateway: sumOf(told.map(({ gateway }) => gateway)),
    doors: new Set(rows.map(({ door }) => door)).size,
    at: Math.max(...rows.map(({ at }) => at.getTime())),
  }
}

function sumOf(lists: readonly (Record<string, number> | undefined)[]): Record<string, number> {
  const sums: Record<string, number> = {}
  for (const list of lists)
    for (const [name, times] of Object.entries(list ?? {})) sums[name] = (sums[name] ?? 0) + times
  return sums
}
