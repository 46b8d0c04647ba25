/** A viewer may look, an operator may change. */
export const ROLES = ['viewer', 'operator'] as const
export type OperatorRole = (typeof ROLES)[number]

/** Who is signed in. */
export interface SignedIn {
  name: string
  role: OperatorRole
  /** Goes with every change, as X-CSRF-Token. */
  csrf: string
  /** When it ends in any case, ms. */
  endsAt: number
}
