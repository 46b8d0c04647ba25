import { createHmac } from 'node:crypto'

const part = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')

/** A JWT of any header and claims (JSON text or a value), its MAC made with `secret`; without one, unsigned. */
export function craftToken(header: unknown, claims: unknown, secret?: string): string {
  const signed = `${part(header)}.${part(claims)}`
  const mac = secret === undefined ? '' : createHmac('sha256', secret).update(signed).digest('base64url')
  return `${signed}.${mac}`
}

/** Seconds since 1970, so many from now. */
export const inS = (s: number): number => Math.floor(Date.now() / 1000) + s
