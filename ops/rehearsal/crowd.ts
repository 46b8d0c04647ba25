import { setMaxListeners } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { REHEARSAL_BUYER } from '../../contract/buyer.ts'
import type { CrowdTally } from '../../contract/console/rehearsal.ts'
import type { TokenKey } from '../../platform/signing-keys.ts'
import { type Answer, type Ask, codeOf, openBuyers, patiently } from './as-buyer.ts'
import type { Sandbox } from './find-sandbox.ts'

export interface Crowd {
  /** Resolves when everybody has his place, or was refused for good. */
  joined: Promise<void>
  /** Resolves when everybody has done what he came for, or the crowd was sent home. */
  done: Promise<void>
  tally: () => CrowdTally
}

interface CrowdOptions {
  doors: readonly string[]
  sale: number
  buyers: number
  /** So many do not pay: the first who have an order. Their units come back, to who stands by. */
  unpaid: number
  /** Where the others pay; without it nobody does. */
  sandbox: Sandbox | undefined
  token: TokenKey
  /** Sends everybody home. */
  signal: AbortSignal
}

/** How many kinds of an answer are told apart. */
const MOST_KINDS = 20

/** What no buyer of a rehearsal should be told. */
class Wrong extends Error {}

/**
 * Simulated buyers who do as the page does: click at a door, come again when they are told to, poll as told, look at
 * the order, and pay it or let its time run out. They are spread over all doors.
 */
export function startCrowd(options: CrowdOptions): Crowd {
  const { doors, sale, buyers, sandbox, token, signal } = options
  // Every buyer listens to it.
  setMaxListeners(0, signal)
  const all = openBuyers(doors, token, signal)
  const counts = { tickets: 0, orders: 0, paid: 0, unpaid: 0, polls: 0 }
  const refused: Record<string, number> = {}
  const errors: Record<string, number> = {}
  const clickMs: number[] = []
  const pollMs: number[] = []
  let toLapse = options.unpaid
  const count = (kinds: Record<string, number>, kind: string): void => {
    const known = kind in kinds || Object.keys(kinds).length < MOST_KINDS ? kind : 'other'
    kinds[known] = (kinds[known] ?? 0) + 1
  }
  const must = (answer: Answer, what: string, ...statuses: number[]): Answer['body'] => {
    if (!statuses.includes(answer.status)) throw new Wrong(`${what} ${codeOf(answer)}`)
    return answer.body
  }

  const click = async (ask: Ask): Promise<Answer['body']> => {
    const once = async () => {
      const answer = await ask('POST', `/api/sales/${sale}/orders`, {})
      clickMs.push(answer.ms)
      return answer
    }
    return must(await patiently(once, signal, (code) => count(refused, code)), 'click', 202, 200)
  }

  /** Polls as told until the ticket is as wanted. */
  const poll = async (
    ask: Ask,
    ticket: unknown,
    wait: unknown,
    isDone: (body: Answer['body']) => boolean,
  ): Promise<Answer['body']> => {
    for (let waitMs = Number(wait ?? 1_000); ; ) {
      await sleep(waitMs, undefined, { signal })
      const answer = await patiently(
        () => ask('GET', `/api/tickets/${ticket}`),
        signal,
        (code) => count(refused, `poll ${code}`),
      )
      counts.polls++
      pollMs.push(answer.ms)
      const body = must(answer, 'poll', 200)
      if (isDone(body)) return body
      // Nothing more will come: this is another end than the one that was due.
      if (body.pollAfterMs === undefined) throw new Wrong(`ended as ${body.state}`)
      waitMs = Number(body.pollAfterMs)
    }
  }

  const pay = async (ask: Ask, order: unknown, at: Sandbox): Promise<void> => {
    const opening = await patiently(() => ask('POST', `/api/orders/${order}/payment`, {}), signal)
    const { payUrl } = must(opening, 'opening a payment', 201)
    const paid = await at.pay(String(payUrl), signal)
    if (paid !== undefined) throw new Wrong(paid)
  }

  const live = async (ask: Ask, first: Answer['body']): Promise<void> => {
    const { ticket } = first
    const { order } = await poll(ask, ticket, first.pollAfterMs, (body) => body.order !== undefined)
    must(await patiently(() => ask('GET', `/api/orders/${order}`), signal), 'order', 200)
    counts.orders++
    if (toLapse > 0) {
      toLapse--
      await poll(ask, ticket, 1_000, ({ state }) => state === 'expired')
      counts.unpaid++
    } else if (sandbox) {
      await pay(ask, order, sandbox)
      await poll(ask, ticket, 500, ({ state }) => state === 'paid')
      counts.paid++
    }
  }

  const clicks: Promise<void>[] = []
  const lives = Array.from({ length: buyers }, async (_, i) => {
    const door = doors[i % doors.length]!
    const ask = all.as(door, `${REHEARSAL_BUYER}${sale}-${i + 1}`)
    const failed = (error: unknown): undefined => {
      if (error instanceof Wrong) count(errors, error.message)
      else if (!signal.aborted) count(errors, `no answer: ${(error as Error).name} at ${door}`)
    }
    const clicked = click(ask).catch(failed)
    clicks.push(clicked.then(() => undefined))
    const first = await clicked
    if (!first) return
    counts.tickets++
    await live(ask, first).catch(failed)
  })
  return {
    joined: Promise.all(clicks).then(() => undefined),
    done: Promise.all(lives).then(() => all.close()),
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
