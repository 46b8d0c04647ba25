import { sharedValue } from './shared-value.ts'

/** Since when the console has not answered, ms since 1970; undefined while it does. */
export const lostSince = sharedValue<number | undefined>(undefined)

export const lost = (): void => lostSince.set(lostSince.get() ?? Date.now())
export const found = (): void => lostSince.set(undefined)
