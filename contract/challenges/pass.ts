import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/**
 * A pass: what a buyer gets for a solved challenge, and joins the line with. `EXPIRES.NONCE.MAC`
 *
 * EXPIRES is seconds since 1970 in decimal, NONCE is base64url of 12 random bytes, MAC is base64url of the first 16 bytes of
 * HMAC-SHA256(secret, "pass|SALE|EXPIRES|NONCE|BUYER"). Sale and buyer are not in its text: who joins, and where, is known
 * by then, and a pass for anything else has another MAC. The nonce is what makes it good for one ticket only
 * (lua/redis/join.lua remembers it).
 */
export interface Pass {
  expiresS: number
  nonce: string
}

/**
 * What the gateway found where a sale asks for a pass: a good one, or none (`missing`), or one that is forged, foreign or
 * too old (`bad`). Whether a good one was used before is the line's to say.
 */
export type PassMark = Pass | 'missing' | 'bad'

const FORM = /^([1-9]\d{0,11})\.([\w-]{16})\.([\w-]{22})$/

const macOf = (secret: string, sale: number, buyer: string, { expiresS, nonce }: Pass): string =>
  createHmac('sha256', secret)
    .update(`pass|${sale}|${expiresS}|${nonce}|${buyer}`)
    .digest('base64url')
    .slice(0, 22)

/** Writes a new pass of this buyer for this sale. */
export function signPass(secret: string, sale: number, buyer: string, expiresS: number): string {
  const pass = { expiresS, nonce: randomBytes(12).toString('base64url') }
  return `${expiresS}.${pass.nonce}.${macOf(secret, sale, buyer, pass)}`
}

/** Looks at what came with a click of this buyer on this sale; one of these secrets must have signed it. */
export function readPass(
  secrets: readonly string[],
  sale: number,
  buyer: string,
  text: string | undefined,
  nowMs: number,
): PassMark {
  if (text === undefined || text === '') return 'missing'
  const [, expires, nonce, mac] = FORM.exec(text) ?? []
  if (expires === undefined || nonce === undefined || mac === undefined) return 'bad'
  const pass = { expiresS: Number(expires), nonce }
  const signed = secrets.some((secret) =>
    timingSafeEqual(Buffer.from(mac), Buffer.from(macOf(secret, sale, buyer, pass))),
  )
  if (!signed) return 'bad'
  return pass.expiresS * 1000 > nowMs ? pass : 'bad'
}
