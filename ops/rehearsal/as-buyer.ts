import { setTimeout as sleep } from 'node:timers/promises'
import { Agent, request } from 'undici'
import { signToken } from '../../contract/token.ts'
import type { TokenKey } from '../../platform/signing-keys.ts'

export interface Answer {
  status: number
  retryAfterMs: number
  body: Record<string, unknown>
  ms: number
}

/** Asks a door as one signed-in buyer. Rejects where there is no answer. */
export type Ask = (method: 'GET' | 'POST', path: string, body?: object) => Promise<Answer>

export interface Buyers {
  /** A buyer who always asks at this door. */
  as(door: string, buyer: string): Ask
  /** Ends what is still being asked. */
  close(): Promise<void>
}

/** Sockets of all buyers together: a machine that rehearses must not be the one that is slow. */
const SOCKETS = 64
const PATIENCE_MS = 5_000
const TOKEN_S = 3_600

export function openBuyers(doors: readonly string[], token: TokenKey, signal: AbortSignal): Buyers {
  const agent = new Agent({ connections: Math.max(Math.floor(SOCKETS / doors.length), 1), pipelining: 1 })
  const expiresS = Math.floor(Date.now() / 1_000) + TOKEN_S
  return {
    as(door, buyer) {
      const authorization = `Bearer ${signToken(token.secret, buyer, expiresS, token.kid)}`
      return async (method, path, body) => {
        const began = performance.now()
        const answer = await request(`${door}${path}`, {
          ...{ dispatcher: agent, headersTimeout: PATIENCE_MS, bodyTimeout: PATIENCE_MS, signal, method },
          ...(body === undefined
            ? { headers: { authorization } }
            : { headers: { authorization, 'content-type': 'application/json' }, body: JSON.stringify(body) }),
        })
        return {
          status: answer.statusCode,
          retryAfterMs: Number(answer.headers['retry-after'] ?? 1) * 1_000,
          body: (await answer.body.json().catch(() => ({}))) as Answer['body'],
          ms: performance.now() - began,
        }
      }
    },
    close: () => agent.destroy(),
  }
}

const TRIES = 8

/** Does as the page does with what can not be answered now: comes again when it is told to, so many times. */
export async function patiently(
  ask: () => Promise<Answer>,
  signal: AbortSignal,
  onRefused: (code: string) => void = () => {},
): Promise<Answer> {
  for (let tries = 1; ; tries++) {
    const answer = await ask()
    if ((answer.status !== 429 && answer.status !== 503) || tries === TRIES) return answer
    onRefused(codeOf(answer))
    await sleep(answer.retryAfterMs + Math.random() * 500, undefined, { signal })
  }
}

export const codeOf = ({ body, status }: Answer): string => String(body.code ?? status)
