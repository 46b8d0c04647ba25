import { useState } from 'preact/hooks'
import { Refused, reasonOf } from './call.ts'

export interface Action<A extends unknown[], R> {
  run: (...args: A) => Promise<R | undefined>
  busy: boolean
  /** What it said last: shown where it was asked, until the next try. */
  result: string | undefined
  /** Why it was refused last, and the refusal itself for its fields. */
  error: string | undefined
  refused: Refused | undefined
  clear: () => void
}

/**
 * A change that a button makes: one at a time, its result or refusal kept beside it. `work` answers what to say of a
 * success, or nothing.
 */
export function useAction<A extends unknown[], R = unknown>(
  work: (...args: A) => Promise<R>,
  say?: (result: R) => string,
): Action<A, R> {
  const [busy, setBusy] = useState(false)
  const [result, setResult] = useState<string>()
  const [thrown, setThrown] = useState<unknown>()
  const clear = () => {
    setResult(undefined)
    setThrown(undefined)
  }
  return {
    busy,
    result,
    error: thrown === undefined ? undefined : reasonOf(thrown),
    refused: thrown instanceof Refused ? thrown : undefined,
    clear,
    async run(...args) {
      if (busy) return undefined
      clear()
      setBusy(true)
      try {
        const answer = await work(...args)
        setResult(say?.(answer) ?? 'Done.')
        return answer
      } catch (error) {
        setThrown(error)
        return undefined
      } finally {
        setBusy(false)
      }
    },
  }
}
