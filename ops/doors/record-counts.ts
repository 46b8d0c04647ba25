import type { ResultSetHeader } from 'mysql2'
import type { DoorCounts, EdgeReport } from '../../contract/reports.ts'
import type { Pool } from '../../platform/mysql.ts'

interface Row {
  sale: number
  door: string
  since: number
  at: number
  data: string
}

/**
 * Keeps in MySQL what each door has counted of each sale. Counts only grow, so the last word of a door is all that is
 * needed: while MySQL is slow or away, one row for each waits. A failure is told to `onError`, and tried again with the
 * next reports.
 */
export function createCountsRecord(mysql: Pool, onError: (error: unknown) => void) {
  const waiting = new Map<string, Row>()
  let written = new Map<string, string>()
  let writing: Promise<void> | undefined

  const write = async (): Promise<void> => {
    for (const [key, row] of waiting) {
      await writeCounts(mysql, row)
      written.set(key, row.data)
      if (waiting.get(key) === row) waiting.delete(key)
    }
  }

  return {
    /** Takes what the doors report. Never waits and never throws. */
    add(doors: ReadonlyMap<string, EdgeReport>): void {
      const told = new Map<string, string>()
      for (const row of rowsOf(doors)) {
        const key = `${row.sale} ${row.door} ${row.since}`
        const before = written.get(key)
        if (before !== undefined) told.set(key, before)
        if (before !== row.data) waiting.set(key, row)
      }
      // What no door tells any more is not told again.
      written = told
      writing ??= write()
        .catch(onError)
        .finally(() => {
          writing = undefined
        })
    },
    /** Resolves when what was taken is written, or has failed. */
    async done(): Promise<void> {
      await writing
    },
  }
}

function rowsOf(doors: ReadonlyMap<string, EdgeReport>): Row[] {
  return [...doors].flatMap(([door, { at, counted }]) =>
    at === undefined
      ? []
      : Object.entries(counted ?? {})
          .filter(([sale, counts]) => sale !== 'none' && hasCounted(counts))
          .map(([sale, counts]) => ({
            ...{ sale: Number(sale), door, since: counts.since, at },
            // In one order, so that equal counts are equal texts.
            data: JSON.stringify({ ...counts, door: sorted(counts.door), gateway: sorted(counts.gateway) }),
          })),
  )
}

const sorted = (list: Record<string, number> = {}): Record<string, number> =>
  Object.fromEntries(Object.entries(list).sort(([a], [b]) => (a < b ? -1 : 1)))

const hasCounted = ({ door, gateway }: DoorCounts): boolean => door !== undefined || gateway !== undefined

/** Of two consoles that write, the later word stands. Only the first word looks at the sale's row, which workers lock. */
async function writeCounts(mysql: Pool, { sale, door, since, at, data }: Row): Promise<void> {
  const [known] = await mysql.query<ResultSetHeader>(
    'UPDATE door_counts SET data = ?, at = ? WHERE sale_id = ? AND door = ? AND since = ? AND at < ?',
    [data, new Date(at), sale, door, new Date(since), new Date(at)],
  )
  if (known.affectedRows > 0) return
  // Nothing of a sale that is not there any more: a rehearsal is removed while doors still tell of it.
  await mysql.query(
    `INSERT INTO door_counts (sale_id, door, since, at, data) SELECT id, ?, ?, ?, ? FROM sales WHERE id = ?
     ON DUPLICATE KEY UPDATE data = door_counts.data`,
    [door, new Date(since), new Date(at), data, sale],
  )
}
