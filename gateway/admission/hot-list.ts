import type { HotList } from '../../contract/centre.ts'

export interface HotLimits {
  /** Calls a second, at all doors together, from which a sale, or a buyer, is hot. */
  salePerS: number
  userPerS: number
}

/** Who was hot stays so for a while, so that the list does not flicker. */
const STAYS_MS = 20_000
const MOST_SALES = 50
const MOST_USERS = 200

type Top = readonly [name: string, perSecond: number][]

/** The hot list of the next snapshot, from the doors' own tops. Times in ms. */
export function nextHotList(
  last: HotList,
  doors: readonly { top_sales?: Top; top_users?: Top }[],
  limits: HotLimits,
  now: number,
): HotList {
  return {
    sales: merge(
      last.sales,
      doors.map((door) => door.top_sales ?? []),
      limits.salePerS,
      MOST_SALES,
      now,
    ),
    users: merge(
      last.users,
      doors.map((door) => door.top_users ?? []),
      limits.userPerS,
      MOST_USERS,
      now,
    ),
  }
}

function merge(
  last: Record<string, number>,
  tops: readonly Top[],
  perSecond: number,
  most: number,
  now: number,
): Record<string, number> {
  const rates = new Map<string, number>()
  for (const [name, rate] of tops.flat()) rates.set(name, (rates.get(name) ?? 0) + rate)
  const hot = new Map(Object.entries(last).filter(([, until]) => until > now))
  for (const [name, rate] of rates) if (rate >= perSecond) hot.set(name, now + STAYS_MS)
  // The freshest first, where there are too many.
  return Object.fromEntries([...hot].sort(([, a], [, b]) => b - a).slice(0, most))
}
