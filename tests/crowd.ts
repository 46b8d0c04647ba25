import autocannon from 'autocannon'
import { signToken } from '../contract/token.ts'
import { call } from './door/call.ts'
import type { StackAddress } from './lend-stack.ts'

/** What one buyer of a crowd was told. */
export interface Told {
  buyer: string
  status: number
  /** The refusal's code; absent where the buyer got a ticket. */
  code?: string
  ticket?: string
  number?: number
  /** When the answer came, ms since 1970. */
  at: number
}

export interface CrowdOptions {
  sale: number
  /** So many buyers, each of whom clicks once: `PREFIX1` to `PREFIXn`. */
  buyers: number
  prefix: string
  /** Clicks a second; as fast as they are answered by default. */
  perSecond?: number
  connections?: number
  /** Each answer, as it comes. */
  onTold?: (told: Told) => void
}

/**
 * A crowd of different buyers clicks at the door; every answer is kept.
 * Rejects when a click was not answered at all.
 */
export async function clickAll(at: StackAddress, options: CrowdOptions): Promise<Told[]> {
  const { sale, buyers, prefix, perSecond, connections = Math.min(100, buyers) } = options
  const expiresS = Math.floor(Date.now() / 1000) + 3600
  const told: Told[] = []
  let next = 0
  const run = autocannon({
    url: `http://127.0.0.1:${at.ports.flash}`,
    connections,
    amount: buyers,
    ...(perSecond === undefined ? {} : { overallRate: perSecond }),
    timeout: 20,
    requests: [
      {
        method: 'POST',
        path: `/api/sales/${sale}/orders`,
        setupRequest: (request, context) => {
          const buyer = `${prefix}${++next}`
          Object.assign(context, { buyer })
          const authorization = `Bearer ${signToken(at.secrets.jwt, buyer, expiresS)}`
          return { ...request, headers: { 'content-type': 'application/json', authorization }, body: '{}' }
        },
        onResponse: (status, text, context) => {
          const { code, ticket, number } = JSON.parse(text)
          const { buyer } = context as { buyer: string }
          const one = { buyer, status, code, ticket, number, at: Date.now() }
          told.push(one)
          options.onTold?.(one)
        },
      },
    ],
  })
  const result = await run
  if (told.length !== buyers || result.errors > 0 || result.timeouts > 0) {
    throw new Error(
      `${buyers} clicked, ${told.length} were answered (${result.errors} errors, ${result.timeouts} timeouts)`,
    )
  }
  return told
}

/** Those who got a ticket with their first click. */
export const admitted = (told: Told[]): (Told & { ticket: string; number: number })[] =>
  told.filter((one): one is Told & { ticket: string; number: number } => one.status === 202)

/** How many were told each answer, as `STATUS` or `STATUS code`. */
export function tally(told: Told[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { status, code } of told) {
    const answer = code === undefined ? String(status) : `${status} ${code}`
    counts[answer] = (counts[answer] ?? 0) + 1
  }
  return counts
}

const MOVING = ['waiting', 'released', 'expiring', 'refunding']

/**
 * Every holder polls his ticket through the door until its answer is `awaiting_payment` or final; gives the states in
 * the order of the tickets. After `withinMs` a ticket is given back as it then stands.
 */
export async function pollAll(
  at: StackAddress,
  holders: { buyer: string; ticket: string }[],
  withinMs = 20_000,
): Promise<{ state: string; order?: string; payBy?: number }[]> {
  const deadline = Date.now() + withinMs
  const expiresS = Math.floor(Date.now() / 1000) + 3600
  const answers = new Array<{ state: string; order?: string; payBy?: number }>(holders.length)
  let turn = 0
  const pollNext = async (): Promise<void> => {
    for (let i = turn++; i < holders.length; i = turn++) {
      const { buyer, ticket } = holders[i]!
      const headers = { authorization: `Bearer ${signToken(at.secrets.jwt, buyer, expiresS)}` }
      for (;;) {
        const answer = await call(at.ports.flash, 'GET', `/api/tickets/${ticket}`, { headers })
        answers[i] = answer.status === 200 ? answer.json : { state: `${answer.status} ${answer.json?.code}` }
        const settled = answer.status === 200 && !MOVING.includes(answer.json.state)
        if (settled || Date.now() > deadline) break
        await new Promise((resolve) => setTimeout(resolve, 200))
      }
    }
  }
  await Promise.all(Array.from({ length: 20 }, pollNext))
  return answers
}
