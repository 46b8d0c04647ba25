import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import { call } from './call.ts'
import { lostSince } from './connection.ts'
import { useShared } from './shared-value.ts'

export interface Loaded<T> {
  /** What came last; it stays while a later call fails. */
  data: T | undefined
  /** Why the last call failed. */
  error: unknown
  loading: boolean
  /** When `data` came, ms since 1970; 0 before. */
  at: number
  reload: () => void
}

/**
 * GETs `path`, again every `everyMs` where that is given, and again when a lost connection is back. The answer to an
 * older path or an older call is never taken for a newer one.
 */
export function useLoad<T>(path: string, everyMs?: number): Loaded<T> {
  const [state, setState] = useState<{ path: string; data?: T; error?: unknown; at: number }>({ path, at: 0 })
  const [loading, setLoading] = useState(true)
  const turn = useRef(0)
  const away = useShared(lostSince) !== undefined

  const reload = useCallback(() => {
    const own = ++turn.current
    setLoading(true)
    call<T>('GET', path)
      .then(
        (data) => own === turn.current && setState({ path, data, at: Date.now() }),
        (error: unknown) =>
          own === turn.current &&
          setState((last) => (last.path === path ? { ...last, error } : { path, error, at: 0 })),
      )
      .finally(() => own === turn.current && setLoading(false))
  }, [path])

  // Asks again when the connection is back (`away`).
  useEffect(() => {
    reload()
    const timer = everyMs === undefined ? undefined : setInterval(reload, everyMs)
    return () => {
      turn.current++
      clearInterval(timer)
    }
  }, [reload, everyMs, away])

  const own = state.path === path
  return {
    data: own ? state.data : undefined,
    error: own ? state.error : undefined,
    at: own ? state.at : 0,
    loading,
    reload,
  }
}
