import type { SignedIn } from '../../contract/console/session.ts'
import { sharedValue, useShared } from './shared-value.ts'

/** Who is signed in; `csrf` is kept in memory alone. */
const current = sharedValue<SignedIn | undefined>(undefined)
/** Whether a session ended by itself, so that the sign-in can say so. */
export const sessionOver = sharedValue(false)

export const session = {
  ...current,
  /** The session ran out, or was ended from elsewhere. */
  end() {
    sessionOver.set(true)
    current.set(undefined)
  },
}

/** Whether who is signed in may change anything. What a viewer may not use is not drawn at all. */
export const useMayChange = (): boolean => useShared(session)?.role === 'operator'
