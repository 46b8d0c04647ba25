import { sharedValue } from './shared-value.ts'

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

/** Why a change is not offered to who is signed in, or undefined when it is. */
export const whyNot = (who: Session | undefined): string | undefined =>
  who?.role === 'operator' ? undefined : 'Your role is viewer: only an operator can change this.'
