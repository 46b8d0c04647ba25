import type { TicketState } from '../../contract/words.ts'

/** What this device knows of the buyer's ticket in one sale; other tabs read the same. */
export interface Place {
  ticket: string
  number: number
  quantity: number
  state: TicketState
  /** The place in line at joining, to show progress from. */
  firstPosition: number
  position?: number
  etaMs?: number
  order?: string
  payBy?: number
  /** The order's price, whole cents: the order itself is asked once it is known. */
  amount?: number
  /** The payment page said that it went through; the order does not show it yet. */
  confirming?: boolean
  /** When the server last said so: ms on the server's clock. */
  seenAt: number
}

/** What `GET /api/tickets/{ticket}` answers. */
export interface TicketAnswer {
  state: TicketState
  position?: number
  etaMs?: number
  pollAfterMs?: number
  order?: string
  payBy?: number
}

/** What `POST /api/sales/{sale}/orders` answers. */
export interface JoinAnswer {
  ticket: string
  number: number
  position?: number
  etaMs?: number
  pollAfterMs?: number
}

const FINAL: readonly TicketState[] = [
  'paid',
  'sold_out',
  'duplicate',
  'left',
  'closed',
  'expired',
  'cancelled',
  'refunded',
]

/** Whether nothing more will happen by itself. A paid order may still be refunded, but nobody waits for that. */
export const isFinal = (state: TicketState): boolean => FINAL.includes(state)

/** Whether a payment may still arrive. */
export const isUnpaid = (state: TicketState): boolean => state === 'awaiting_payment' || state === 'expiring'

export function joined(answer: JoinAnswer, quantity: number, now: number): Place {
  const { ticket, number, position, etaMs } = answer
  return {
    ticket,
    number,
    quantity,
    state: 'waiting',
    firstPosition: position ?? 1,
    ...(position === undefined ? {} : { position }),
    ...(etaMs === undefined ? {} : { etaMs }),
    seenAt: now,
  }
}

/** The place after a poll. What the answer leaves out is unknown now; only the order stays known. */
export function seen(place: Place, answer: TicketAnswer, now: number): Place {
  const { position, etaMs, order = place.order, payBy = place.payBy } = answer
  return {
    ticket: place.ticket,
    number: place.number,
    quantity: place.quantity,
    state: answer.state,
    firstPosition: Math.max(place.firstPosition, position ?? 1),
    ...(position === undefined ? {} : { position }),
    ...(etaMs === undefined ? {} : { etaMs }),
    ...(order === undefined ? {} : { order }),
    ...(payBy === undefined ? {} : { payBy }),
    ...(place.amount === undefined ? {} : { amount: place.amount }),
    ...(place.confirming && isUnpaid(answer.state) ? { confirming: true } : {}),
    seenAt: now,
  }
}

/**
 * Whether to take over what another tab saw of the same ticket. A late `waiting` does not undo an end that this tab
 * has seen, nor an older look a newer one.
 */
export const isNews = (own: Place, other: Place): boolean => other.seenAt >= own.seenAt && !isFinal(own.state)
