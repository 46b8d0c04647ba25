import type { ReleasedTicket, ReleaseKind } from '../../contract/release-message.ts'

/** A released ticket on its way to its row. */
export interface Flight {
  ticket: ReleasedTicket
  kind: ReleaseKind
  releasedAt: number
  /** When its message reached this worker, ms. */
  receivedAt?: number
}
