/**
 * A percentile from a histogram, straight between the ends of its bucket. What lies in the last, open bucket is told as its
 * lower end. @param counts one a bucket, and one for all above @param ends upper ends, rising
 * @returns undefined where nothing was counted.
 */
export function percentile(
  counts: readonly number[],
  ends: readonly number[],
  share: number,
): number | undefined {
  const total = counts.reduce((sum, count) => sum + count, 0)
  if (!(total > 0)) return undefined
  let below = 0
  for (const [i, end] of ends.entries()) {
    const count = counts[i] ?? 0
    if (count > 0 && below + count >= share * total) {
      const start = i === 0 ? 0 : ends[i - 1]!
      return start + ((end - start) * (share * total - below)) / count
    }
    below += count
  }
  return ends.at(-1)
}
