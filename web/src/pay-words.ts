import type { ErrorCode } from '../../contract/errors.ts'

interface Words {
  note: string
  /** Trying again can help. */
  again: boolean
}

const UNAVAILABLE: Words = {
  note: 'The payment service does not answer right now. Your order is kept; please try again.',
  again: true,
}

/** What a refusal to pay or to cancel an order means for its buyer; other codes are as {@link UNAVAILABLE}. */
const PAY_WORDS: Partial<Record<ErrorCode, Words>> = {
  conflict: {
    note: 'That is not possible any more. This page shows in a moment how your order stands.',
    again: false,
  },
  sold_out: {
    note: 'Everybody else has paid faster: no unit is left for this order. Nothing was charged.',
    again: false,
  },
  busy: {
    note: 'Your payment is just being opened. Please wait a moment, then try again.',
    again: true,
  },
  too_many_requests: { note: 'That was a little fast. Please try again in a moment.', again: true },
  unauthenticated: { note: 'Please sign in again to go on with your order.', again: true },
  unknown_order: {
    note: 'This order belongs to another account. Sign in with the one that placed it.',
    again: true,
  },
  unavailable: UNAVAILABLE,
}

/** Words for a code, also for one that this page is too old to know. */
export const payWordsFor = (code: string): Words => PAY_WORDS[code as ErrorCode] ?? UNAVAILABLE
