import type { Sample } from '../../contract/console/sample.ts'
import { type Db, select } from '../../platform/mysql.ts'

/** What a chart can show; more points would only cost. */
export const MOST_POINTS = 600

/**
 * The samples of a sale from one time to another (ms since 1970), oldest first. Where there are more than
 * {@link MOST_POINTS} seconds in it, the first sample of each of as many equal parts.
 */
export async function readSamples(db: Db, sale: number, from: number, to: number): Promise<Sample[]> {
  const stepS = Math.max(1, Math.ceil((to - from) / 1000 / MOST_POINTS))
  const rows = await select<{ data: string }>(
    db,
    `SELECT samples.data FROM samples
     JOIN (SELECT MIN(at) AS first FROM samples WHERE sale_id = ? AND at BETWEEN ? AND ?
           GROUP BY FLOOR(TIMESTAMPDIFF(SECOND, ?, at) / ?)) parts ON samples.at = parts.first
     WHERE samples.sale_id = ? ORDER BY samples.at LIMIT ?`,
    [sale, new Date(from), new Date(to), new Date(from), stepS, sale, MOST_POINTS + 1],
  )
  return rows.map(({ data }) => JSON.parse(data) as Sample)
}
