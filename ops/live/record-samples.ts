import type { Sample } from '../../contract/console/sample.ts'
import type { Pool } from '../../platform/mysql.ts'

export const KEPT_DAYS = 30
/** What a MySQL that is slow or away may be behind; older ones are dropped, the chart then has a gap. */
const MOST_WAITING = 600
const PRUNE_EVERY_MS = 3_600_000
const PRUNE_ROWS = 20_000

/**
 * Writes samples into MySQL, one statement at a time: while one is under way the next ones gather, up to a bound, and go
 * together. A failure is told to `onError` and tried again with the next samples.
 */
export function createSampleRecord(mysql: Pool, onError: (error: unknown) => void) {
  let waiting: [sale: number, at: Date, data: string][] = []
  let writing: Promise<void> | undefined
  let prunedAt = 0

  const write = async (): Promise<void> => {
    while (waiting.length > 0) {
      const rows = waiting
      waiting = []
      try {
        await mysql.query(
          // Another console may have had this second's turn too, after a Redis loss: its sample stands.
          'INSERT INTO samples (sale_id, at, data) VALUES ? ON DUPLICATE KEY UPDATE data = samples.data',
          [rows],
        )
      } catch (error) {
        waiting = [...rows, ...waiting].slice(-MOST_WAITING)
        throw error
      }
      await prune()
    }
  }

  const prune = async (): Promise<void> => {
    if (Date.now() - prunedAt < PRUNE_EVERY_MS) return
    prunedAt = Date.now()
    await pruneSamples(mysql)
  }

  return {
    /** Takes the samples of a second. Never waits and never throws. */
    add(samples: ReadonlyMap<number, Sample>, at: number): void {
      const second = new Date(Math.floor(at / 1000) * 1000)
      for (const [sale, sample] of samples) waiting.push([sale, second, JSON.stringify(sample)])
      waiting = waiting.slice(-MOST_WAITING)
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
    waiting: () => waiting.length,
  }
}

/** Removes samples older than {@link KEPT_DAYS} days, a bounded number of them. */
export async function pruneSamples(mysql: Pool, rows = PRUNE_ROWS): Promise<void> {
  await mysql.query('DELETE FROM samples WHERE at < UTC_TIMESTAMP() - INTERVAL ? DAY LIMIT ?', [
    KEPT_DAYS,
    rows,
  ])
}
