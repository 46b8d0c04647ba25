import { createHmac, timingSafeEqual } from 'node:crypto'

/** How far the time in a signature may be from ours, ms: older ones are replays. */
const WEBHOOK_WINDOW_MS = 300_000

/** An event as the provider sends it. */
export interface PaymentEvent {
  id: string
  type: string
  /** The payment's ID, `SALE-NUMBER`. */
  payment: string
  amount: number
  currency: string
}

/**
 * Whether a body came from the provider, just now: the header is `t=MS,v1=HEX`, HEX being
 * HMAC-SHA256(secret, `MS.` + the raw body).
 */
export function verifyWebhook(secret: string, header: unknown, body: Buffer, nowMs: number): boolean {
  const match = /^t=(\d{10,16}),v1=([0-9a-f]{64})$/.exec(String(header))
  if (!match) return false
  const [, at, mac] = match as unknown as [string, string, string]
  if (Math.abs(nowMs - Number(at)) > WEBHOOK_WINDOW_MS) return false
  const expected = createHmac('sha256', secret).update(`${at}.`).update(body).digest()
  return timingSafeEqual(Buffer.from(mac, 'hex'), expected)
}
