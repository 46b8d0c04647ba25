import { type Db, select } from '../../platform/mysql.ts'
import type { Sample } from '../live/sample.ts'

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

/** What the seconds of a sale add up to. Rates of a second count once each; gaps count nothing. */
export interface Totals {
  seconds: number
  asked: number
  passed: number
  released: number
  /** Of all sales together, while this one lived. */
  answers: Record<string, number>
  refusedBy: Record<string, number>
}

export function sumSamples(samples: readonly Sample[]): Totals {
  const totals: Totals = {
    seconds: samples.length,
    asked: 0,
    passed: 0,
    released: 0,
    answers: {},
    refusedBy: {},
  }
  for (const sample of samples) {
    totals.asked += sample.asked ?? 0
    totals.passed += sample.passed ?? 0
    totals.released += sample.released ?? 0
    addAll(totals.answers, sample.answers)
    addAll(totals.refusedBy, sample.refusedBy)
  }
  return totals
}

function addAll(sums: Record<string, number>, counts: Record<string, number> = {}): void {
  for (const [name, count] of Object.entries(counts)) sums[name] = (sums[name] ?? 0) + count
}

type Field = { [K in keyof Sample]-?: Required<Sample>[K] extends number ? K : never }[keyof Sample]

/** One line of a chart: the mean of each of at most `parts` equal parts of the time; undefined where nothing is known. */
export function seriesOf(
  samples: readonly Sample[],
  field: Field,
  parts = 300,
): { at: number; value: number | undefined }[] {
  const first = samples[0]?.at ?? 0
  const last = samples.at(-1)?.at ?? 0
  const length = Math.max(1_000, Math.ceil((last - first + 1_000) / parts))
  const sums = new Map<number, { sum: number; count: number }>()
  for (const sample of samples) {
    const value = sample[field] as number | undefined
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
