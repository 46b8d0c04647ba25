/**
 * Sets of ticket numbers as sorted, disjoint, non-touching ranges `[first, last]`, both included. A sale's numbers are
 * nearly contiguous, so that a million tickets are a few ranges.
 */
export type Ranges = readonly (readonly [first: number, last: number])[]

/** From `[first, last, first, last, …]` pairs in any order. Pairs whose first is above their last are empty. */
export function toRanges(pairs: Iterable<readonly [number, number]>): Ranges {
  const sorted = [...pairs].filter(([first, last]) => first <= last).sort((a, b) => a[0] - b[0])
  const out: [number, number][] = []
  for (const [first, last] of sorted) {
    const before = out.at(-1)
    if (before && first <= before[1] + 1) before[1] = Math.max(before[1], last)
    else out.push([first, last])
  }
  return out
}

export const union = (...sets: Ranges[]): Ranges => toRanges(sets.flat())

/** Numbers in both. */
export function intersect(a: Ranges, b: Ranges): Ranges {
  const out: [number, number][] = []
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const first = Math.max(a[i]![0], b[j]![0])
    const last = Math.min(a[i]![1], b[j]![1])
    if (first <= last) out.push([first, last])
    if (a[i]![1] < b[j]![1]) i++
    else j++
  }
  return out
}

/** Numbers in `a` that are not in `b`. */
export function subtract(a: Ranges, b: Ranges): Ranges {
  const out: [number, number][] = []
  let j = 0
  for (const [first, last] of a) {
    let from = first
    while (j < b.length && b[j]![1] < from) j++
    for (let k = j; k < b.length && b[k]![0] <= last; k++) {
      if (b[k]![0] > from) out.push([from, b[k]![0] - 1])
      from = b[k]![1] + 1
    }
    if (from <= last) out.push([from, last])
  }
  return out
}

/** How many numbers. */
export const count = (set: Ranges): number => set.reduce((sum, [first, last]) => sum + last - first + 1, 0)

/** The numbers one by one, the lowest first. */
export function* numbersOf(set: Ranges): Generator<number> {
  for (const [first, last] of set) for (let number = first; number <= last; number++) yield number
}
