import { createHmac } from 'node:crypto'

/**
 * Tokens as the shop signs them: JWT, HS256, `sub` = buyer, `exp` in seconds. Written without a library since a
 * load test asks for a million of them (about 5 s).
 */
const HEADER = Buffer.from('{"alg":"HS256","typ":"JWT"}').toString('base64url')

/** @param expiresS seconds since 1970 */
export function signToken(secret: string, buyer: string, expiresS: number): string {
  const signed = `${HEADER}.${Buffer.from(JSON.stringify({ sub: buyer, exp: expiresS })).toString('base64url')}`
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`
}

/** Tokens of the buyers `P1` to `PN`, in blocks of a thousand. */
export function* tokenBlocks(
  secret: string,
  prefix: string,
  total: number,
  expiresS: number,
): Generator<string[]> {
  for (let from = 1; from <= total; from += 1000) {
    const size = Math.min(1000, total - from + 1)
    yield Array.from({ length: size }, (_, i) => signToken(secret, `${prefix}${from + i}`, expiresS))
  }
}
