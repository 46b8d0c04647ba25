/**
 * Gathers calls that arrive within one turn of the event loop and answers them with one call to `run`.
 * While calls wait for a run, further ones gather, so that a slow backend gets fewer, larger calls.
 * Memory is bounded: with `waitingMost` calls gathered or running, a further one is refused by `refuse()`'s error.
 */
export function gather<T, R>(options: {
  run: (items: T[]) => Promise<R[]>
  batchMost: number
  runsAtOnce: number
  waitingMost: number
  refuse: () => Error
}): (item: T) => Promise<R> {
  type Call = { item: T; resolve: (result: R) => void; reject: (error: unknown) => void }
  let gathered: Call[] = []
  let waiting = 0
  let running = 0
  let planned = false

  const plan = (): void => {
    if (planned || gathered.length === 0 || running >= options.runsAtOnce) return
    planned = true
    setImmediate(flush)
  }

  const flush = (): void => {
    planned = false
    while (gathered.length > 0 && running < options.runsAtOnce) {
      const batch = gathered.slice(0, options.batchMost)
      gathered = gathered.slice(options.batchMost)
      void serve(batch)
    }
  }

  const serve = async (batch: Call[]): Promise<void> => {
    running++
    try {
      const results = await options.run(batch.map((call) => call.item))
      batch.forEach((call, i) => {
        call.resolve(results[i] as R)
      })
    } catch (error) {
      for (const call of batch) call.reject(error)
    } finally {
      running--
      waiting -= batch.length
      plan()
    }
  }

  return (item) => {
    if (waiting >= options.waitingMost) return Promise.reject(options.refuse())
    waiting++
    return new Promise((resolve, reject) => {
      gathered.push({ item, resolve, reject })
      plan()
    })
  }
}
