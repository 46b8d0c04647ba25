import type { ReleasedTicket, ReleaseKind, ReleaseMessage } from '../../contract/release-message.ts'

/** A released ticket on its way to its row. */
export interface Flight {
  ticket: ReleasedTicket
  kind: ReleaseKind
  releasedAt: number
  /** When its message reached this worker, ms. */
  receivedAt?: number
}

/** The tickets of several messages, each once, in the order of their numbers. */
export function toFlights(deliveries: { message: ReleaseMessage; receivedAt: number }[]): Flight[] {
  const flights = new Map<number, Flight>()
  for (const { message, receivedAt } of deliveries) {
    const { kind, releasedAt } = message
    for (const ticket of message.tickets) {
      if (!flights.has(ticket.number)) flights.set(ticket.number, { ticket, kind, releasedAt, receivedAt })
    }
  }
  return [...flights.values()].sort((a, b) => a.ticket.number - b.ticket.number)
}
