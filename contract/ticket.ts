import { createHmac, timingSafeEqual } from 'node:crypto'
import { isBuyer } from './buyer.ts'

/**
 * A signed ticket: `SALE.NUMBER.QUANTITY.EXPIRES.BUYER.MAC`
 *
 * SALE, NUMBER and QUANTITY are decimal, EXPIRES is seconds since 1970 in decimal, BUYER is base64url of the buyer,
 * MAC is base64url of the first 16 bytes of HMAC-SHA256(secret, "ticket|" + everything before the last dot).
 * The same place in line always gives the same ticket. QUANTITY is in it so that a line that Redis lost can be restored from the tickets of those who come back. `lua/edge/ticket.lua` reads the same form.
 */
export interface Ticket {
  sale: number
  number: number
  quantity: number
  expiresS: number
  buyer: string
}

const MAC_LENGTH = 22
const FORM = /^([1-9]\d{0,9})\.([1-9]\d{0,15})\.([1-9]\d{0,5})\.([1-9]\d{0,11})\.([\w-]{2,172})\.([\w-]{22})$/

const macOf = (secret: string, signed: string): string =>
  createHmac('sha256', secret).update('ticket|').update(signed).digest('base64url').slice(0, MAC_LENGTH)

/** Writes a ticket as the buyer gets it. */
export function signTicket(secret: string, ticket: Ticket): string {
  const buyer = Buffer.from(ticket.buyer, 'latin1').toString('base64url')
  const signed = `${ticket.sale}.${ticket.number}.${ticket.quantity}.${ticket.expiresS}.${buyer}`
  return `${signed}.${macOf(secret, signed)}`
}

/**
 * Reads a ticket that one of these secrets signed; undefined when it is malformed, forged or past its expiry at `nowMs`.
 */
export function readTicket(secrets: readonly string[], text: string, nowMs: number): Ticket | undefined {
  const match = FORM.exec(text)
  if (!match) return undefined
  const [sale, number, quantity, expires, buyer64, mac] = match.slice(1) as [
    string,
    string,
    string,
    string,
    string,
    string,
  ]
  const signed = text.slice(0, text.length - MAC_LENGTH - 1)
  const proves = (secret: string) => timingSafeEqual(Buffer.from(mac), Buffer.from(macOf(secret, signed)))
  if (!secrets.some(proves)) return undefined
  const buyer = Buffer.from(buyer64, 'base64url').toString('latin1')
  const expiresS = Number(expires)
  if (!isBuyer(buyer) || expiresS * 1000 <= nowMs) return undefined
  return { sale: Number(sale), number: Number(number), quantity: Number(quantity), expiresS, buyer }
}
