import { useEffect, useState } from 'preact/hooks'

/** A value that several parts of the page read, and are drawn again with when it changes. */
export interface SharedValue<T> {
  get(): T
  set(value: T): void
  subscribe(listener: () => void): () => void
}

export function sharedValue<T>(first: T): SharedValue<T> {
  let value = first
  const listeners = new Set<() => void>()
  return {
    get: () => value,
    set(next) {
      if (Object.is(next, value)) return
      value = next
      for (const listener of [...listeners]) listener()
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}

export function useShared<T>(shared: SharedValue<T>): T {
  const [value, setValue] = useState(shared.get())
  useEffect(() => {
    const take = () => setValue(() => shared.get())
    // It may have changed between the drawing and now.
    take()
    return shared.subscribe(take)
  }, [shared])
  return value
}
