import { signToken } from '../../contract/token.ts'
import type { ClickOrder } from './click-order.ts'

const TOKEN_LIVES_S = 3600
const FORGED_SECRET = 'this is not the secret of the shop, it is a forger’s'

/**
 * The token of an order's request: its buyer's, and where there are more tokens than buyers another one each time
 * round (they differ in their expiry). Undefined where nobody signs in.
 */
export function tokenOf({ buyers, token, jwtSecret }: ClickOrder, nth: number): string | undefined {
  if (token === 'none') return undefined
  const buyer = `${buyers.prefix}${buyers.from + (nth % buyers.count)}`
  const expiresS = Math.floor(Date.now() / 1000) + TOKEN_LIVES_S + Math.floor(nth / buyers.count)
  return signToken(token === 'forged' ? FORGED_SECRET : jwtSecret, buyer, expiresS)
}
