import { createHmac } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { Agent } from 'undici'
import type { Logger } from '../platform/log.ts'
import type { Conduct } from './behaviour.ts'
import type { Event } from './payment.ts'

const TIMEOUT_MS = 3_000
const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 5_000
const REORDER_MS = 1_000
const CONNECTIONS = 16

export interface Webhooks {
  /** Sends an event until the shop takes it with a 2xx. */
  tell(event: Event): void
  close(): Promise<void>
}

const isTaken = (status: number): boolean => status >= 200 && status < 300

/** The header that proves an event: HMAC-SHA256(secret, time + '.' + body). */
function sign(secret: string, body: string, nowMs: number): string {
  const mac = createHmac('sha256', secret).update(`${nowMs}.${body}`).digest('hex')
  return `t=${nowMs},v1=${mac}`
}

/** Tells the shop what became of payments, as `conduct` wants it. `onTold` gets the ID of each event that was taken. */
export function createWebhooks(
  { url, secret }: { url: string; secret: string },
  conduct: Conduct,
  onTold: (eventId: string) => Promise<void>,
  log: Logger,
): Webhooks {
  const { origin, pathname } = new URL(url)
  const agent = new Agent({
    connections: CONNECTIONS,
    connect: { timeout: TIMEOUT_MS },
    headersTimeout: TIMEOUT_MS,
    bodyTimeout: TIMEOUT_MS,
  })
  const stopping = new AbortController()
  const stopped = () => stopping.signal.aborted
  const pause = (waitMs: number) => sleep(waitMs, undefined, { signal: stopping.signal, ref: false })

  /** The status of one try; 0 where there was no answer. Each is signed anew: the time is part of the signature. */
  const send = async (event: Event): Promise<number> => {
    const body = JSON.stringify(event)
    const headers = {
      'content-type': 'application/json',
      'payment-signature': sign(secret, body, Date.now()),
    }
    try {
      const { statusCode, body: answer } = await agent.request({
        origin,
        path: pathname,
        method: 'POST',
        headers,
        body,
        signal: stopping.signal,
      })
      await answer.dump()
      return statusCode
    } catch {
      return 0
    }
  }

  const sendUntilTaken = async (event: Event): Promise<void> => {
    for (let tries = 1; ; tries++) {
      const status = await send(event)
      if (isTaken(status)) return
      if (stopped()) throw new Error('stopped')
      log.warn({ event: event.id, payment: event.payment, status, tries }, 'event not taken')
      await pause(Math.min(FIRST_PAUSE_MS * 2 ** Math.min(tries, 10), LONGEST_PAUSE_MS))
    }
  }

  let held: { event: Event; done: (taken: boolean) => void }[] = []
  /** Holds an event until those that come within a second have been tried before it; whether it was taken then. */
  const sendAfterLater = (event: Event): Promise<boolean> =>
    new Promise((done) => {
      held.push({ event, done })
      if (held.length > 1) return
      void pause(REORDER_MS)
        .catch(() => undefined)
        .then(sendHeld)
    })
  const sendHeld = async (): Promise<void> => {
    const batch = held.reverse()
    held = []
    for (const { event, done } of batch) done(isTaken(await send(event)))
  }

  const deliver = async (event: Event): Promise<void> => {
    const { webhookDelayMs, webhookDrop, webhookRepeat, webhookReorder } = conduct.read()
    if (conduct.roll('drop', event.payment) < webhookDrop) return onTold(event.id)
    const [from, to] = webhookDelayMs
    const waitMs = from + conduct.roll('delay', event.payment) * Math.max(0, to - from)
    if (waitMs > 0) await pause(waitMs)
    const taken = webhookReorder && (await sendAfterLater(event))
    if (!taken) await sendUntilTaken(event)
    await onTold(event.id)
    for (let i = 0; i < webhookRepeat; i++) await send(event)
  }

  return {
    tell: (event) => {
      deliver(event).catch((error) => {
        if (!stopped()) log.error({ err: error, event: event.id }, 'event given up')
      })
    },
    async close() {
      stopping.abort()
      await agent.destroy()
    },
  }
}
