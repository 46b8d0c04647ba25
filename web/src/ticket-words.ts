import type { TicketState } from '../../contract/words.ts'

interface Words {
  eyebrow: string
  headline: string
  detail: string
  tone: 'live' | 'good' | 'bad' | 'quiet'
  /** The buyer may take a new ticket, and the button says this. */
  again?: string
}

/** What each state of a ticket means for its buyer. */
export const TICKET_WORDS: Record<TicketState, Words> = {
  waiting: {
    tone: 'live',
    eyebrow: 'In line',
    headline: 'You are in line',
    detail: 'Your place is kept, even if you close this page. There is no need to reload.',
  },
  released: {
    tone: 'live',
    eyebrow: 'Your turn',
    headline: 'It’s your turn',
    detail: 'We are writing down your order. This takes a moment.',
  },
  awaiting_payment: {
    tone: 'good',
    eyebrow: 'Order placed',
    headline: 'Reserved for you',
    detail: 'Nobody can take it from you while the time below runs.',
  },
  expiring: {
    tone: 'quiet',
    eyebrow: 'Time is up',
    headline: 'Checking your payment',
    detail: 'The time to pay is over. If you have paid, your order is safe; we are making sure.',
  },
  paid: {
    tone: 'good',
    eyebrow: 'Paid',
    headline: 'Thank you. It’s yours.',
    detail: 'Your payment has arrived and the order is complete.',
  },
  refunding: {
    tone: 'quiet',
    eyebrow: 'Refund',
    headline: 'Your refund is on its way',
    detail: 'We are returning your payment. This page shows when it is done.',
  },
  refunded: {
    tone: 'quiet',
    eyebrow: 'Refunded',
    headline: 'Your money is back',
    detail: 'The payment was returned in full. The order is closed.',
  },
  expired: {
    tone: 'bad',
    eyebrow: 'Order expired',
    headline: 'The time to pay ran out',
    detail: 'The order was released to the next person in line. Nothing was charged.',
    again: 'Join the line again',
  },
  cancelled: {
    tone: 'quiet',
    eyebrow: 'Cancelled',
    headline: 'You cancelled this order',
    detail: 'Nothing was charged.',
    again: 'Join the line again',
  },
  sold_out: {
    tone: 'bad',
    eyebrow: 'Sold out',
    headline: 'All gone before your turn',
    detail: 'Every unit went to people ahead of you in line. Nothing was charged.',
  },
  duplicate: {
    tone: 'quiet',
    eyebrow: 'One order each',
    headline: 'You already have an order in this sale',
    detail: 'Each person can hold one order here, so this second place was not used.',
    again: 'Show my order',
  },
  left: {
    tone: 'quiet',
    eyebrow: 'Left the line',
    headline: 'You left the line',
    detail: 'Your place went to the next person. Nothing was charged.',
    again: 'Join the line again',
  },
  closed: {
    tone: 'bad',
    eyebrow: 'Sale ended',
    headline: 'The sale ended before your turn',
    detail: 'We are sorry. Nothing was charged.',
  },
}
