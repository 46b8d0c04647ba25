/** What a shop asks for. The amount is in whole cents; `returnUrl` is where the buyer goes afterwards. */
export interface Asked {
  id: string
  amount: number
  currency: string
  description: string
  returnUrl: string
}

export type State = 'open' | 'succeeded' | 'void' | 'refunded'

export interface Payment extends Asked {
  state: State
  createdAt: number
}

/** What a shop is told of a payment. `id` is the event's own: told twice, it is the same. */
export interface Event {
  id: string
  type: 'payment.succeeded' | 'payment.refused' | 'payment.void' | 'payment.refunded'
  payment: string
  amount: number
  currency: string
}

/** Cents taken from the buyer, and given back. */
export const chargedCents = ({ state, amount }: Payment): number =>
  state === 'succeeded' || state === 'refunded' ? amount : 0
export const refundedCents = ({ state, amount }: Payment): number => (state === 'refunded' ? amount : 0)
