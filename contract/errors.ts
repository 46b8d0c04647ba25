/**
 * The one list of coded errors. A retired code is never used again.
 * `lua/edge/refusals.lua` holds the same codes for the door; a test compares the two.
 */
export const ERRORS = {
  invalid_request: { status: 400, title: 'The request is not valid' },
  unauthenticated: { status: 401, title: 'Sign in first' },
  blocked: { status: 403, title: 'This account may not take part' },
  challenge_required: { status: 403, title: 'Solve the challenge first' },
  challenge_failed: { status: 403, title: 'The challenge was not solved' },
  unknown_sale: { status: 404, title: 'There is no such sale' },
  unknown_ticket: { status: 404, title: 'There is no such ticket' },
  unknown_order: { status: 404, title: 'There is no such order' },
  not_found: { status: 404, title: 'There is nothing here' },
  method_not_allowed: { status: 405, title: 'This method is not allowed here' },
  not_open: { status: 409, title: 'The sale is not open yet' },
  conflict: { status: 409, title: 'This is not possible any more' },
  sold_out: { status: 410, title: 'Sold out' },
  ended: { status: 410, title: 'The sale has ended' },
  too_large: { status: 413, title: 'The request is too large' },
  unsupported_type: { status: 415, title: 'Send application/json' },
  too_many_requests: { status: 429, title: 'Too many requests' },
  line_full: { status: 503, title: 'The line is full' },
  busy: { status: 503, title: 'Busy, try again soon' },
  paused: { status: 503, title: 'The sale is paused' },
  unavailable: { status: 503, title: 'Not available right now' },
} as const

/** What only the ops console says besides. */
const OPS_ERRORS = {
  forbidden: { status: 403, title: 'Your role may not do this' },
  csrf_failed: { status: 403, title: 'This request does not come from the console' },
} as const

const ALL = { ...ERRORS, ...OPS_ERRORS }

export type ErrorCode = keyof typeof ERRORS
export type AnyErrorCode = keyof typeof ALL

/** An error that a buyer or an operator gets as RFC 9457 problem+json, with optional extra members and Retry-After seconds. */
export class Problem extends Error {
  readonly code: AnyErrorCode
  readonly detail: string | undefined
  readonly extra: Record<string, unknown> | undefined
  readonly retryAfterS: number | undefined

  constructor(
    code: AnyErrorCode,
    options: { detail?: string; extra?: Record<string, unknown>; retryAfterS?: number; cause?: unknown } = {},
  ) {
    super(options.detail ?? ALL[code].title, { cause: options.cause })
    this.code = code
    this.detail = options.detail
    this.extra = options.extra
    this.retryAfterS =
      options.retryAfterS ?? (ALL[code].status === 429 || ALL[code].status === 503 ? 1 : undefined)
  }

  get status(): number {
    return ALL[this.code].status
  }

  /** The body, RFC 9457. */
  toBody(): Record<string, unknown> {
    return {
      type: 'about:blank',
      title: ALL[this.code].title,
      status: this.status,
      code: this.code,
      ...(this.detail === undefined ? {} : { detail: this.detail }),
      ...this.extra,
    }
  }
}
