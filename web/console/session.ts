import { sharedValue, useShared } from './shared-value.ts'

export type Role = 'viewer' | 'operator'

/** Who is signed in. `csrf` goes with every change; it is kept in memory alone. */
export interface Session {
  name: string
  role: Role
  csrf: string
}

const current = sharedValue<Session | undefined>(undefined)
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
