/**
 * Collects items and hands them on in batches: when `most` weight is together, or `everyMs` after the first came.
 * One batch is worked on at a time; what comes meanwhile makes up the next one, so that a slow database gets larger
 * batches instead of more of them at once. The caller bounds the memory (prefetch).
 */
export function collect<T>(options: {
  everyMs: number
  most: number
  weightOf: (item: T) => number
  /** Must not reject. */
  flush: (items: T[]) => Promise<void>
}): { add: (item: T) => void; idle: () => Promise<void> } {
  let items: T[] = []
  let weight = 0
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> | undefined

  const take = (): T[] => {
    let taken = 0
    let count = 0
    while (count < items.length && taken < options.most) taken += options.weightOf(items[count++]!)
    const batch = items.slice(0, count)
    items = items.slice(count)
    weight -= taken
    return batch
  }

  const run = async (): Promise<void> => {
    clearTimeout(timer)
    timer = undefined
    do await options.flush(take())
    while (weight >= options.most)
    running = undefined
    if (items.length > 0) wait()
  }

  const start = (): void => {
    running ??= run()
  }

  const wait = (): void => {
    timer ??= setTimeout(start, options.everyMs)
  }

  return {
    add(item) {
      items.push(item)
      weight += options.weightOf(item)
      if (running) return
      if (weight >= options.most) start()
      else wait()
    },
    /** Works off what is collected. */
    async idle() {
      while (running || items.length > 0) {
        start()
        await running
      }
    },
  }
}
