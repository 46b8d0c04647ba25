import { setMaxListeners } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { Agent, request } from 'undici'
import { REHEARSAL_BUYER } from '../../contract/buyer.ts'
import { signToken } from '../../contract/token.ts'
import type { TokenKey } from '../../platform/signing-keys.ts'
import type { CrowdTally } from './report.ts'

export interface Crowd {
  /** Resolves when everybody has his place, or was refused for good. */
  joined: Promise<void>
  /** Resolves when everybody has his final answer, or the crowd was sent home. */
  done: Promise<void>
  tally: () => CrowdTally
}

interface CrowdOptions {
  doors: readonly string[]
  sale: number
  buyers: number
  token: TokenKey
  /** Sends everybody home. */
  signal: AbortSignal
}

/** Sockets of the whole crowd: a machine that rehearses must not be the one that is slow. */
const SOCKETS = 64
const PATIENCE_MS = 5_000
const TRIES = 8
const TOKEN_S = 3_600
/** How many kinds of an answer are told apart. */
const MOST_KINDS = 20

type Answer = { status: number; retryAfterMs: number; body: Record<string, unknown>; ms: number }

/**
 * Simulated buyers who do as the page does: click at a door, come again when they are told to, poll as told, and look at
 * the order. They are spread over all doors.
 */
export function startCrowd({ doors, sale, buyers, token, signal }: CrowdOptions): Crowd {
  // Every buyer listens to it.
  setMaxListeners(0, signal)
  const agent = new Agent({ connections: Math.max(Math.floor(SOCKETS / doors.length), 1), pipelining: 1 })
  const counts = { tickets: 0, orders: 0, polls: 0 }
  const refused: Record<string, number> = {}
  const errors: Record<string, number> = {}
  const clickMs: number[] = []
  const pollMs: number[] = []
  const count = (kinds: Record<string, number>, kind: string): void => {
    const known = kind in kinds || Object.keys(kinds).length < MOST_KINDS ? kind : 'other'
    kinds[known] = (kinds[known] ?? 0) + 1
  }

  const ask = async (door: string, headers: Record<string, string>, path: string): Promise<Answer> => {
    const began = performance.now()
    const click = path.endsWith('/orders') && path.startsWith('/api/sales/')
    const answer = await request(`${door}${path}`, {
      dispatcher: agent,
      ...{ headersTimeout: PATIENCE_MS, bodyTimeout: PATIENCE_MS, signal },
      ...(click
        ? { method: 'POST', body: '{}', headers: { ...headers, 'content-type': 'application/json' } }
        : { headers }),
    })
    const body = (await answer.body.json().catch(() => ({}))) as Answer['body']
    const retryAfterMs = Number(answer.headers['retry-after'] ?? 1) * 1_000
    return { status: answer.statusCode, retryAfterMs, body, ms: performance.now() - began }
  }

  const click = async (door: string, headers: Record<string, string>): Promise<Answer | undefined> => {
    for (let tries = 1; tries <= TRIES; tries++) {
      const answer = await ask(door, headers, `/api/sales/${sale}/orders`)
      clickMs.push(answer.ms)
      if (answer.status === 202 || answer.status === 200) return answer
      const code = String(answer.body.code ?? answer.status)
      // Told to come again: that is an answer. Anything else is none that a buyer of a rehearsal should get.
      if (answer.status !== 429 && answer.status !== 503) return void count(errors, `click ${code}`)
      count(refused, code)
      await sleep(answer.retryAfterMs + Math.random() * 500, undefined, { signal })
    }
    return void count(errors, 'click refused too often')
  }

  const poll = async (door: string, headers: Record<string, string>, first: Answer): Promise<void> => {
    const { ticket } = first.body
    let wait = Number(first.body.pollAfterMs ?? 1_000)
    for (;;) {
      await sleep(wait, undefined, { signal })
      const answer = await ask(door, headers, `/api/tickets/${ticket}`)
      counts.polls++
      pollMs.push(answer.ms)
      if (answer.status === 429 || answer.status === 503) {
        count(refused, `poll ${answer.body.code ?? answer.status}`)
        wait = answer.retryAfterMs
        continue
      }
      if (answer.status !== 200) return count(errors, `poll ${answer.body.code ?? answer.status}`)
      const { state, order, pollAfterMs } = answer.body
      if (order !== undefined) {
        const seen = await ask(door, headers, `/api/orders/${order}`)
        if (seen.status === 200) counts.orders++
        else count(errors, `order ${seen.body.code ?? seen.status}`)
        return
      }
      if (state !== 'waiting' && state !== 'released') return count(errors, `ended as ${state}`)
      wait = Number(pollAfterMs ?? 1_000)
    }
  }

  const expiresS = Math.floor(Date.now() / 1_000) + TOKEN_S
  const clicks: Promise<void>[] = []
  const lives = Array.from({ length: buyers }, async (_, i) => {
    const door = doors[i % doors.length]!
    const buyer = `${REHEARSAL_BUYER}${sale}-${i + 1}`
    const headers = { authorization: `Bearer ${signToken(token.secret, buyer, expiresS, token.kid)}` }
    const failed = (error: unknown): undefined => {
      if (!signal.aborted) count(errors, `no answer: ${(error as Error).name} at ${door}`)
    }
    const clicked = click(door, headers).catch(failed)
    clicks.push(clicked.then(() => undefined))
    const first = await clicked
    if (!first) return
    counts.tickets++
    await poll(door, headers, first).catch(failed)
  })
  return {
    joined: Promise.all(clicks).then(() => undefined),
    done: Promise.all(lives).then(() => agent.destroy()),
    tally: () => ({
      ...{ buyers, ...counts, refused, errors, clickP50Ms: percentile(clickMs, 0.5) },
      ...{ clickP99Ms: percentile(clickMs, 0.99), pollP99Ms: percentile(pollMs, 0.99) },
    }),
  }
}

/** 0 where there is nothing. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  const value = sorted[Math.min(Math.ceil(sorted.length * share) - 1, sorted.length - 1)] ?? 0
  return Math.round(value * 10) / 10
}
