/**
 * The glossary of Sluice, as types.
 *
 * - sale: one item (SKU), a stock, a price, an opening and a closing time.
 * - stock: units for sale. buyer: the signed user ID.
 * - ticket: a buyer's numbered place in a sale's line.
 * - line: people waiting. queue: messages in RabbitMQ. People wait in a line, messages in a queue.
 * - join: take a ticket. standby: how many may wait beyond the units left, for units that come back.
 * - release: move a batch from the head of the line into RabbitMQ.
 * - reserve: take stock for a ticket in Redis. order: a committed MySQL row.
 * - fate: what became of a ticket that left the line (kept in Redis for polls, in MySQL for good).
 * - epoch: a life of a sale's keys in Redis; it rises at each rebuild from MySQL.
 */

/** What buyers see of a sale. */
export type SaleState = 'upcoming' | 'open' | 'sold_out' | 'paused' | 'ended'

/** What operators decided about a sale; time and stock add the rest (see {@link SaleState}). */
export type SalePhase = 'draft' | 'published' | 'paused' | 'closed' | 'settled' | 'discarded'

/** A ticket whose buyer got no unit, with the reason. Each has one row in `refusals`. */
export const REFUSED_STATES = ['sold_out', 'duplicate', 'left', 'closed'] as const
export type RefusedState = (typeof REFUSED_STATES)[number]

/** A ticket that became an order. Each has one row in `orders`. */
export const ORDER_STATES = [
  'awaiting_payment',
  'expiring',
  'paid',
  'expired',
  'cancelled',
  'refunding',
  'refunded',
] as const
export type OrderState = (typeof ORDER_STATES)[number]

/** Order states in which a unit is held, sold or promised; `orders.live` in sql/ says the same. */
export const HOLDING_STATES: readonly OrderState[] = ['awaiting_payment', 'expiring', 'paid']

export type TicketState = 'waiting' | 'released' | OrderState | RefusedState

/** How a sale's line is released: a fixed batch every so many milliseconds, or as fast as the backends take it. */
export type ReleaseRate = { batch: number; everyMs: number } | 'auto'

/**
 * When a unit is taken: at the order, given back by expiry (`order`); at the order for a short hold, prolonged by opening
 * a payment (`hold`); or only by the payment (`payment`).
 */
export const DEDUCTIONS = ['order', 'payment', 'hold'] as const
export type Deduction = (typeof DEDUCTIONS)[number]

export const CHALLENGES = ['none', 'captcha', 'quiz', 'pow'] as const
export type Challenge = (typeof CHALLENGES)[number]

/** A sale as MySQL holds it. Times are ms since 1970, money is whole cents. */
export interface Sale {
  id: number
  title: string
  priceCents: number
  currency: string
  stock: number
  /** Units held or sold. */
  sold: number
  /** Units sold for good. */
  paid: number
  perUser: number
  standby: number
  release: ReleaseRate
  payWithinS: number
  deduct: Deduction
  /** How long an order is held before its buyer opens a payment; only where `deduct` is `hold`. */
  holdS: number | undefined
  challenge: Challenge
  opensAt: number
  closesAt: number
  phase: SalePhase
  epoch: number
  /** Ticket numbers up to this one may have been handed out (see sql/001). */
  numbersLeased: number
  /** When signed tickets of this sale stop being valid, in seconds since 1970. */
  ticketsExpireS: number
  /** Rises with every change that people make to the sale. */
  version: number
  /** The article in the shop's inventory that its stock was taken from; a sale without one has no inventory behind it. */
  sku: string | undefined
  /** Of a rehearsal: the sale that it rehearses. Its stock is a shadow, and buyers are not told of it. */
  rehearsalOf: number | undefined
}
