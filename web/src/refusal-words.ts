import type { ErrorCode } from '../../contract/errors.ts'

interface Words {
  eyebrow?: string
  headline: string
  detail: string
  /** Pressing the button again can help (after the wait that the server names). */
  again: boolean
  /** Over as soon as its wait is: then the page goes back to how the sale stands. */
  passing?: boolean
}

const NOT_UNDERSTOOD: Words = {
  headline: 'That did not work',
  detail: 'The shop did not understand this page. Please reload it and try again.',
  again: true,
}

/** What each refusal means for a buyer, and whether trying again can help. */
export const REFUSAL_WORDS: Record<ErrorCode, Words> = {
  line_full: {
    eyebrow: 'Line full',
    headline: 'The line is full right now',
    detail:
      'Every unit has somebody waiting for it. Places open again when someone leaves, so it can be worth another try.',
    again: true,
  },
  too_many_requests: {
    headline: 'One moment',
    detail: 'That was a little fast. The button comes back by itself; clicking more does not help.',
    again: true,
    passing: true,
  },
  busy: {
    headline: 'Very busy',
    detail: 'The shop is answering as fast as it can. Nobody overtakes you by clicking more.',
    again: true,
    passing: true,
  },
  unavailable: {
    headline: 'Not available for a moment',
    detail: 'The shop is coming back. You can try again in a moment.',
    again: true,
    passing: true,
  },
  paused: {
    headline: 'The sale is paused',
    detail: 'The shop has paused this sale. It goes on here by itself.',
    again: true,
    passing: true,
  },
  not_open: {
    headline: 'Not open yet',
    detail: 'The opening has moved. The button opens by itself.',
    again: true,
    passing: true,
  },
  sold_out: { headline: 'Sold out', detail: 'Every unit has found a buyer.', again: false },
  ended: { headline: 'The sale has ended', detail: 'Thank you for coming.', again: false },
  unauthenticated: {
    eyebrow: 'Sign in',
    headline: 'Please sign in',
    detail: 'We need to know you to keep your place in line.',
    again: true,
  },
  blocked: {
    eyebrow: 'Not possible',
    headline: 'This account can not take part',
    detail: 'If you think this is a mistake, please write to the shop.',
    again: false,
  },
  challenge_required: {
    headline: 'One question first',
    detail: 'This sale asks a small question of every buyer. Press the button to see it.',
    again: true,
  },
  challenge_failed: {
    headline: 'That answer is used up',
    detail: 'An answer is good for one click and a few minutes. Press the button for a new question.',
    again: true,
  },
  conflict: {
    headline: 'That is not possible any more',
    detail: 'Something changed in the meantime. This page shows how it stands now.',
    again: true,
  },
  unknown_sale: {
    eyebrow: 'Not here',
    headline: 'This sale does not exist',
    detail: 'It may have been taken down.',
    again: false,
  },
  unknown_ticket: {
    headline: 'This place in line is not yours any more',
    detail: 'The ticket on this device has run out or belongs to another account. You can join again.',
    again: true,
  },
  unknown_order: {
    headline: 'There is no such order',
    detail: 'It may belong to another account.',
    again: true,
  },
  not_found: NOT_UNDERSTOOD,
  invalid_request: NOT_UNDERSTOOD,
  method_not_allowed: NOT_UNDERSTOOD,
  too_large: NOT_UNDERSTOOD,
  unsupported_type: NOT_UNDERSTOOD,
}

/** Words for a code, also for one that this page is too old to know. */
export const wordsFor = (code: string): Words => REFUSAL_WORDS[code as ErrorCode] ?? NOT_UNDERSTOOD
