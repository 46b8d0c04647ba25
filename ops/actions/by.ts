import { userInfo } from 'node:os'

/** Who does something, for the record. */
export interface By {
  /** An operator's name, or `cli:USER`. */
  who: string
  role?: string | undefined
  requestId?: string | undefined
  /** Where the request came from. */
  address?: string | undefined
  reason?: string | undefined
}

/** For what our own programs do where nobody said who. */
export const PROGRAM: By = { who: 'program' }

const machineUser = (): string => {
  try {
    return userInfo().username
  } catch {
    return 'unknown'
  }
}

/** Whoever runs the command line. */
export const commandLineUser = (): By => ({ who: `cli:${machineUser()}` })
