import type { Sample } from '../../../contract/console/sample.ts'

/** Old and new samples in one list by time, each time once; what is older than `from` is left out. */
export function merge(older: readonly Sample[], newer: readonly Sample[], from: number): Sample[] {
  const begins = newer[0]?.at ?? Number.POSITIVE_INFINITY
  return [...older.filter(({ at }) => at < begins), ...newer].filter(({ at }) => at >= from)
}
