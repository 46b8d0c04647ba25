import { Agent } from 'undici'
import { signToken } from '../../contract/token.ts'

/** One answer that a buyer got, or did not get. */
export interface Receipt {
  /** When it was asked and when the answer was there, ms since 1970. */
  askedAt: number
  at: number
  buyer: string
  what: 'join' | 'poll' | 'leave' | 'open payment' | 'pay' | 'cancel'
  /** HTTP status; 0 where the connection was cut or nothing came in time. */
  status: number
  code?: string
  /** Which ticket or order it was about, or which one was given. */
  ticket?: string
  number?: number
  state?: string
  order?: string
}

export interface Answer {
  status: number
  retryAfterMs: number | undefined
  // biome-ignore lint/suspicious/noExplicitAny: buyers look into bodies of every shape
  body: any
}

/** The way to the shop and its payment provider that keeps every answer. */
export interface Desk {
  /** Asks the door as this buyer. */
  ask(
    buyer: string,
    what: Receipt['what'],
    call: { method: string; path: string; about?: Partial<Receipt> },
  ): Promise<Answer>
  /** Pays at the provider's own page, so to speak. */
  pay(buyer: string, order: string): Promise<Answer>
  receipts: Receipt[]
  /** Questions that wait for their answer right now. */
  outstanding(): number
  close(): Promise<void>
}

const ANSWER_WITHIN_MS = 8_000

export function openDesk(at: {
  door: string
  jwtSecret: string
  provider: { url: string; key: string }
}): Desk {
  const agent = new Agent({
    connections: 128,
    connect: { timeout: 2_000 },
    headersTimeout: ANSWER_WITHIN_MS,
    bodyTimeout: ANSWER_WITHIN_MS,
  })
  const receipts: Receipt[] = []
  let outstanding = 0
  const expiresS = Math.floor(Date.now() / 1_000) + 7_200

  const send = async (
    origin: string,
    method: string,
    path: string,
    authorization: string,
    receipt: Omit<Receipt, 'at' | 'status' | 'askedAt'>,
  ): Promise<Answer> => {
    const askedAt = Date.now()
    outstanding++
    let answer: Answer = { status: 0, retryAfterMs: undefined, body: undefined }
    try {
      const { statusCode, headers, body } = await agent.request({
        ...{ origin, path, method },
        headers: { authorization, ...(method === 'POST' ? { 'content-type': 'application/json' } : {}) },
        ...(method === 'POST' ? { body: '{}' } : {}),
      })
      const text = await body.text()
      const retryAfter = Number(headers['retry-after'])
      answer = {
        status: statusCode,
        retryAfterMs: Number.isFinite(retryAfter) ? retryAfter * 1_000 : undefined,
        body: text === '' ? undefined : JSON.parse(text),
      }
    } catch {
      // Cut, or no answer in time: the buyer knows nothing, and will ask again.
    }
    outstanding--
    const { code, ticket, number, state, order } = answer.body ?? {}
    const told = { code, ticket, number, state, order }
    for (const [name, value] of Object.entries(told))
      if (value === undefined) delete told[name as keyof typeof told]
    receipts.push({ ...receipt, ...told, askedAt, at: Date.now(), status: answer.status })
    return answer
  }

  const tokens = new Map<string, string>()
  const tokenOf = (buyer: string): string => {
    const known = tokens.get(buyer) ?? signToken(at.jwtSecret, buyer, expiresS)
    tokens.set(buyer, known)
    return known
  }
  return {
    ask: (buyer, what, { method, path, about }) =>
      send(at.door, method, path, `Bearer ${tokenOf(buyer)}`, { buyer, what, ...about }),
    pay: (buyer, order) =>
      send(at.provider.url, 'POST', `/sandbox/payments/${order}/pay`, `Bearer ${at.provider.key}`, {
        ...{ buyer, what: 'pay', order },
      }),
    receipts,
    outstanding: () => outstanding,
    close: () => agent.destroy(),
  }
}
