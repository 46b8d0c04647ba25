/**
 * Buyers are named by the `sub` of their token: 1 to 128 visible ASCII characters. No spaces, no control
 * characters, no look-alike letters, so that two byte strings are the same buyer exactly when they are equal.
 * `lua/edge/identity.lua` applies the same rule.
 */
export const BUYER_PATTERN = '^[!-~]{1,128}$'

const buyer = new RegExp(BUYER_PATTERN)

export const isBuyer = (value: unknown): value is string => typeof value === 'string' && buyer.test(value)

/** With the sale's ID and a dash after it: what the buyers of a rehearsal are called. */
export const REHEARSAL_BUYER = 'rehearsal-'
