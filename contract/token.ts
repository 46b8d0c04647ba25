import { createHmac } from 'node:crypto'
import type { TokenKey } from '../platform/signing-keys.ts'

/**
 * Tokens as the shop signs them: JWT, HS256, `sub` = buyer, `exp` in seconds. Written without a library since a
 * load test asks for a million of them (about 5 s).
 */
const headerOf = (kid?: string): string =>
  Buffer.from(JSON.stringify({ alg: 'HS256', typ: 'JWT', kid })).toString('base64url')
const HEADER = headerOf()

/**
 * @param expiresS seconds since 1970
 * @param kid the key's name, where it has one
 */
export function signToken(secret: string, buyer: string, expiresS: number, kid?: string): string {
  const header = kid === undefined ? HEADER : headerOf(kid)
  const signed = `${header}.${Buffer.from(JSON.stringify({ sub: buyer, exp: expiresS })).toString('base64url')}`
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`
}

/** Tokens of the buyers `P1` to `PN`, in blocks of a thousand. */
export function* tokenBlocks(
  { secret, kid }: TokenKey,
  prefix: string,
  total: number,
  expiresS: number,
): Generator<string[]> {
  for (let from = 1; from <= total; from += 1000) {
    const size = Math.min(1000, total - from + 1)
    yield Array.from({ length: size }, (_, i) => signToken(secret, `${prefix}${from + i}`, expiresS, kid))
  }
}
