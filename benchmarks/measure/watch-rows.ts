import { setTimeout as sleep } from 'node:timers/promises'
import type { Pool } from '../../platform/mysql.ts'

/** Rows as another connection of the database sees them, so committed ones, and when they were first seen (ms). */
export interface RowWatch {
  seen: Map<number, number>
  /** Resolves once `count` rows were seen; or, with fewer, when none has come for `patienceMs`. */
  until(count: number, patienceMs?: number): Promise<void>
  stop(): Promise<void>
}

const PAGE = 20_000

/**
 * Looks for new rows every `everyMs`: each row is seen at most that long after its commit, never before it.
 * @param sql selects the numbers above its last `?`, in order
 */
export function watchRows(mysql: Pool, sql: string, values: unknown[], everyMs: number): RowWatch {
  const seen = new Map<number, number>()
  let stopped = false
  let failure: unknown
  let lastNewAt = Date.now()
  // Numbers begin at 1. Batches commit out of order, so the watch asks again from the first number that is missing.
  let complete = 0

  const watch = async (): Promise<void> => {
    while (!stopped) {
      const began = Date.now()
      const [rows] = await mysql.query({ sql, rowsAsArray: true } as never, [...values, complete])
      const at = Date.now()
      for (const [number] of rows as unknown as number[][]) {
        if (seen.has(number!)) continue
        seen.set(number!, at)
        lastNewAt = at
      }
      while (seen.has(complete + 1)) complete++
      const wait = (rows as unknown[]).length < PAGE ? everyMs - (Date.now() - began) : 0
      await sleep(Math.max(wait, 1))
    }
  }
  const done = watch().catch((error: unknown) => {
    failure = error
  })
  return {
    seen,
    async until(count, patienceMs = 15_000) {
      lastNewAt = Date.now()
      while (seen.size < count && Date.now() - lastNewAt < patienceMs) {
        if (failure) throw failure
        await sleep(5)
      }
    },
    async stop() {
      stopped = true
      await done
    },
  }
}

export const rowsOfSale = (mysql: Pool, sale: number, everyMs: number): RowWatch =>
  watchRows(
    mysql,
    `SELECT number FROM orders WHERE sale_id = ? AND number > ? ORDER BY number LIMIT ${PAGE}`,
    [sale],
    everyMs,
  )

export const rowsOfFloor = (mysql: Pool, everyMs: number): RowWatch =>
  watchRows(mysql, `SELECT number FROM orders WHERE number > ? ORDER BY number LIMIT ${PAGE}`, [], everyMs)
