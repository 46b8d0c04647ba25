import type { Place } from './place.ts'

/**
 * Keeps the place of one sale in localStorage, so that a reload or a closed tab comes back to it, and tells this
 * tab what another tab wrote. A private window without storage still works: it only forgets at its end.
 */
export interface PlaceMemory {
  read(): Place | undefined
  write(place: Place | undefined): void
}

export function rememberPlace(saleId: number, onOtherTab: (place: Place | undefined) => void): PlaceMemory {
  const key = `sluice:place:${saleId}`
  addEventListener('storage', (event) => {
    // A null key: another tab cleared everything.
    if (event.key === key || event.key === null) onOtherTab(readPlace(event.newValue))
  })
  return {
    read() {
      try {
        return readPlace(localStorage.getItem(key))
      } catch {
        return undefined
      }
    },
    write(place) {
      try {
        if (place) localStorage.setItem(key, JSON.stringify(place))
        else localStorage.removeItem(key)
      } catch {
        // Storage is full or forbidden: the place lives on in this tab.
      }
    },
  }
}

/** Reads a stored place; undefined when it is absent or not one of ours. */
export function readPlace(text: string | null): Place | undefined {
  if (text === null) return undefined
  try {
    const place = JSON.parse(text) as Partial<Place> | null
    const whole =
      typeof place?.ticket === 'string' &&
      typeof place.number === 'number' &&
      typeof place.state === 'string' &&
      typeof place.firstPosition === 'number' &&
      typeof place.seenAt === 'number'
    return whole ? ({ quantity: 1, ...place } as Place) : undefined
  } catch {
    return undefined
  }
}
