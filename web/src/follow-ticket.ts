import { type Answer, call } from './call.ts'
import { isFinal, type TicketAnswer } from './place.ts'
import { pollDelay } from './poll-delay.ts'

export interface Follower {
  /** Follows this ticket from now on (undefined: none), first looking after `delayMs`. */
  follow(ticket: string | undefined, delayMs: number): void
  /** Looks now instead of at the next due time. */
  lookNow(): void
}

/**
 * Polls one ticket until its state is final or `onAnswer` says stop (by returning false). `onAnswer` gets every
 * answer, refusals and silence included, with the ms until the next look.
 */
export function followTicket(
  onAnswer: (ticket: string, answer: Answer<TicketAnswer>, nextMs: number) => boolean,
): Follower {
  let ticket: string | undefined
  let failures = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  /** Each `follow` starts a new round; an answer of an older round has lost its say. */
  let round = 0
  let looking = false

  async function look(): Promise<void> {
    if (ticket === undefined || looking) return
    clearTimeout(timer)
    const mine = round
    looking = true
    const answer = await call<TicketAnswer>('GET', `/api/tickets/${encodeURIComponent(ticket)}`)
    looking = false
    // The buyer left, or took another ticket, while this answer travelled.
    if (mine !== round) return schedule(0)
    failures = answer.kind === 'ok' ? 0 : failures + 1
    const nextMs = pollDelay(answer, failures)
    if (onAnswer(ticket, answer, nextMs) && !(answer.kind === 'ok' && isFinal(answer.body.state))) {
      if (mine === round) schedule(nextMs)
    }
  }

  function schedule(ms: number): void {
    clearTimeout(timer)
    if (ticket !== undefined) timer = setTimeout(look, ms)
  }

  return {
    follow(next, delayMs) {
      round++
      ticket = next
      failures = 0
      schedule(delayMs)
    },
    lookNow: () => void look(),
  }
}
