import type { Sample } from '../../contract/console/sample.ts'
import { type Db, select } from '../../platform/mysql.ts'

/** How long those who got an order had waited in the line, s: shares of them below each bound, and quantiles. */
export interface Waits {
  counted: number
  medianS: number
  p90S: number
  longestS: number
  below: { boundS: number; orders: number }[]
}

const BOUNDS_S = [1, 5, 10, 30, 60, 300, 900, 3_600, Number.POSITIVE_INFINITY]
const MOST = 100_000

/**
 * From the samples (which number had been handed out at what second) and the orders (when each number was released). A
 * second is the finest that samples tell. Undefined where no sample of that time was kept.
 */
export async function readWaits(
  db: Db,
  sale: number,
  samples: readonly Sample[],
): Promise<Waits | undefined> {
  const handed = samples.filter((sample) => sample.last !== undefined)
  if (handed.length === 0) return undefined
  const rows = await select<{ number: number; released_at: Date }>(
    db,
    `SELECT number, released_at FROM orders WHERE sale_id = ? ORDER BY number LIMIT ${MOST}`,
    [sale],
  )
  const waits: number[] = []
  let at = 0
  for (const { number, released_at } of rows) {
    while (at < handed.length && handed[at]!.last! < number) at++
    const joined = handed[at]
    if (joined) waits.push(Math.max(0, (released_at.getTime() - joined.at) / 1_000))
  }
  if (waits.length === 0) return undefined
  waits.sort((a, b) => a - b)
  const quantile = (share: number) => waits[Math.min(waits.length - 1, Math.floor(share * waits.length))]!
  let done = 0
  return {
    ...{ counted: waits.length, medianS: quantile(0.5), p90S: quantile(0.9), longestS: waits.at(-1)! },
    below: BOUNDS_S.map((boundS) => {
      const upTo = waits.findIndex((wait) => wait >= boundS)
      const orders = (upTo === -1 ? waits.length : upTo) - done
      done += orders
      return { boundS, orders }
    }),
  }
}
