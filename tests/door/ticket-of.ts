import { signTicket } from '../../contract/ticket.ts'
import { TICKET_SECRET } from './lend-door.ts'

/** A ticket as a gateway gives it, good for `ttlS` seconds. */
export const ticketOf = (
  buyer: string,
  sale: number,
  number: number,
  { ttlS = 3_600, secret = TICKET_SECRET } = {},
): string =>
  signTicket(secret, { sale, number, quantity: 1, expiresS: Math.floor(Date.now() / 1_000) + ttlS, buyer })
