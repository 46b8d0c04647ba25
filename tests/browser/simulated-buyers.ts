import { setTimeout as sleep } from 'node:timers/promises'
import { admitted, clickAll, type Told } from '../crowd.ts'
import { isFinal, pay, pollTicket } from '../faults/buyer.ts'
import { openDesk } from '../faults/receipts.ts'
import type { StackAddress } from '../lend-stack.ts'

const POLL_MS = 900
const HEARS_MS = 30_000

export interface SimulatedBuyers {
  /** What each of them was told at the first click; resolves when all have clicked. */
  clicked: Promise<Told[]>
  /** Of a sale that is over: resolves with the states in which they left, counted, once all have heard. */
  leave: () => Promise<Record<string, number>>
}

/**
 * A crowd as it comes to a sale: each clicks once, so many a second; whoever gets a ticket asks for it until it has its final answer, and
 * pays, except for the first `idle` of them, who let their orders run out.
 */
export function sendBuyers(
  at: StackAddress,
  { sale, buyers, perSecond, idle }: { sale: number; buyers: number; perSecond: number; idle: number },
): SimulatedBuyers {
  const desk = openDesk({
    door: `http://127.0.0.1:${at.ports.flash}`,
    jwtSecret: at.secrets.jwt,
    provider: { url: at.urls.payments, key: at.secrets.paymentKey },
  })
  const ends: Record<string, number> = {}
  let gone = false
  const paying = { count: 0 }
  const follow = async ({ buyer, ticket, number }: { buyer: string; ticket: string; number: number }) => {
    let state = 'waiting'
    while (!gone && !isFinal(state)) {
      const answer = await pollTicket(desk, buyer, ticket)
      state = answer.body?.state ?? state
      // An answer that never came says nothing, whatever was known before.
      if (answer.body?.state === 'awaiting_payment' && number > idle)
        await pay({ name: buyer }, answer.body.order, { desk, closing: () => gone, paying })
      await sleep(POLL_MS)
    }
    ends[state] = (ends[state] ?? 0) + 1
  }
  const following: Promise<void>[] = []
  const clicked = clickAll(at, {
    ...{ sale, buyers, perSecond, prefix: `buyer-${sale}-`, connections: 60 },
    onTold: (told) => {
      if (admitted([told]).length > 0) following.push(follow(told as Required<Told>))
    },
  })
  return {
    clicked,
    leave: async () => {
      await clicked
      // The sale is over: everybody hears his final answer soon.
      await Promise.race([Promise.all(following), sleep(HEARS_MS)])
      gone = true
      await Promise.all(following)
      await desk.close()
      return ends
    },
  }
}
