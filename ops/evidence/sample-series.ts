import type { Sample } from '../../contract/console/sample.ts'
import { type Db, select } from '../../platform/mysql.ts'

/** More than a day of seconds; what is beyond is not read, and said. */
const MOST = 100_000

/** Every sample of a sale that was kept, oldest first. */
export async function readAllSamples(db: Db, sale: number): Promise<Sample[]> {
  const rows = await select<{ data: string }>(
    db,
    `SELECT data FROM samples WHERE sale_id = ? ORDER BY at LIMIT ${MOST}`,
    [sale],
  )
  return rows.map(({ data }) => JSON.parse(data) as Sample)
}

/** One line of a chart: the mean of each of at most `parts` equal parts of the time; undefined where nothing is known. */
export function seriesOf(
  samples: readonly Sample[],
  of: (sample: Sample) => number | undefined,
  parts = 300,
): { at: number; value: number | undefined }[] {
  const first = samples[0]?.at ?? 0
  const last = samples.at(-1)?.at ?? 0
  const length = Math.max(1_000, Math.ceil((last - first + 1_000) / parts))
  const sums = new Map<number, { sum: number; count: number }>()
  for (const sample of samples) {
    const value = of(sample)
    if (value === undefined) continue
    const part = Math.floor((sample.at - first) / length)
    const known = sums.get(part) ?? { sum: 0, count: 0 }
    sums.set(part, { sum: known.sum + value, count: known.count + 1 })
  }
  return Array.from({ length: Math.floor((last - first) / length) + 1 }, (_, part) => {
    const known = sums.get(part)
    return { at: first + part * length, value: known && known.sum / known.count }
  })
}
