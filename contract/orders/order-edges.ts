import type { OrderState } from '../words.ts'

/**
 * The life of an order: every edge that exists, and nothing else moves one.
 *
 *   awaiting_payment --> paid                       the payment came
 *   awaiting_payment --> cancelled                  the buyer cancelled it
 *   awaiting_payment --> expired                    time ran out, and no payment was ever opened
 *   awaiting_payment --> expiring --> expired       time ran out, and the provider says that no money came
 *                        expiring --> paid          … or that it did
 *                        expiring --> cancelled     the buyer cancelled, and the provider says that no money came
 *   expired --> paid                                a late payment that found a free unit
 *   awaiting_payment | expiring | expired | cancelled --> refunding --> refunded   money came, and no unit is free
 */
export const ORDER_EDGES: Readonly<Record<OrderState, readonly OrderState[]>> = {
  awaiting_payment: ['paid', 'cancelled', 'expired', 'expiring', 'refunding'],
  expiring: ['paid', 'expired', 'cancelled', 'refunding'],
  paid: [],
  expired: ['paid', 'refunding'],
  cancelled: ['refunding'],
  refunding: ['refunded'],
  refunded: [],
}
