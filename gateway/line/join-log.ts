import { requestsByNumber } from '../../contract/requests.ts'
import type { Logger } from '../../platform/log.ts'

type Joined = { number: number; request?: string | undefined }[]

const EVERY_MS = 50

export interface JoinLog {
  note(sale: number, joined: Joined): void
  /** Writes what waits, at once. */
  flush(): void
}

/**
 * Logs who joined, twenty times a second and sale: a line is a write to a file, and one for each turn of the event loop cost a
 * tenth of a busy gateway.
 */
export function createJoinLog(log: Logger): JoinLog {
  const waiting = new Map<number, Joined>()
  let timer: NodeJS.Timeout | undefined
  const flush = (): void => {
    clearTimeout(timer)
    timer = undefined
    for (const [sale, joined] of waiting) log.info({ sale, requests: requestsByNumber(joined) }, 'joined')
    waiting.clear()
  }
  return {
    note(sale, joined) {
      if (joined.length === 0) return
      const before = waiting.get(sale)
      if (before) before.push(...joined)
      else waiting.set(sale, [...joined])
      timer ??= setTimeout(flush, EVERY_MS)
    },
    flush,
  }
}
