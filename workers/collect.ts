/** What piled up while a batch was worked on goes into the next one, up to this weight (and one item more). */
const LARGEST = 1_000

/**
 * Collects items and hands them on in batches: when `enough` weight is together, or `everyMs` after the first came.
 * One batch is worked on at a time; what comes meanwhile makes up the next one, so that a slow database gets larger
 * batches instead of more of them at once. The caller bounds the memory (prefetch). Both limits may change at any time; a
 * wait that has begun is cut short by `hurry`.
 */
export function collect<T>(options: {
  everyMs: () => number
  enough: () => number
  weightOf: (item: T) => number
  /** Must not reject. */
  flush: (items: T[]) => Promise<void>
}): { add: (item: T) => void; hurry: () => void; idle: () => Promise<void> } {
  let items: T[] = []
  let weight = 0
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> | undefined

  const take = (): T[] => {
    const largest = Math.max(options.enough(), LARGEST)
    let taken = 0
    let count = 0
    while (count < items.length && taken < largest) taken += options.weightOf(items[count++]!)
    const batch = items.slice(0, count)
    items = items.slice(count)
    weight -= taken
    return batch
  }

  const run = async (): Promise<void> => {
    clearTimeout(timer)
    timer = undefined
    do await options.flush(take())
    while (weight >= options.enough())
    running = undefined
    if (items.length > 0) wait()
  }

  const start = (): void => {
    running ??= run()
  }

  const wait = (): void => {
    timer ??= setTimeout(start, options.everyMs())
  }

  return {
    add(item) {
      items.push(item)
      weight += options.weightOf(item)
      if (running) return
      if (weight >= options.enough()) start()
      else wait()
    },
    /** Does not wait any longer for more. */
    hurry() {
      if (items.length > 0) start()
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
