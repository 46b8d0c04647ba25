import { setTimeout as sleep } from 'node:timers/promises'
import { type Buyer, buy, isFinal, pollTicket } from './buyer.ts'
import type { Desk } from './receipts.ts'

export interface Crowd {
  /** Lets buyers come, spread over a time. */
  send(buyers: Buyer[], overMs: number): void
  paying(): number
  /** Buyers who came to pay and have not. */
  unserved(): Buyer[]
  /** How many of them are still at it. */
  wanting(): number
  /** Nobody begins anything any more; resolves when all have noticed. */
  close(): Promise<void>
  /** Every holder of a ticket asks until its answer is final, or the time is over. */
  hearFinals(withinMs: number): Promise<void>
}

export function gatherCrowd(desk: Desk, sale: number): Crowd {
  const unserved = new Map<string, Buyer>()
  const shopping = new Map<Promise<void>, Buyer>()
  const paying = { count: 0 }
  let closing = false
  const floor = {
    ...{ desk, sale, paying },
    closing: () => closing,
    onDone: (buyer: Buyer) => void unserved.delete(buyer.name),
  }

  const shop = async (buyer: Buyer, afterMs: number): Promise<void> => {
    await sleep(afterMs)
    await Promise.all(Array.from({ length: buyer.tabs }, () => buy(buyer, floor)))
  }

  return {
    send(buyers, overMs) {
      buyers.forEach((buyer, i) => {
        if (buyer.intent === 'pay') unserved.set(buyer.name, buyer)
        const work = shop(buyer, (i * overMs) / buyers.length)
        shopping.set(work, buyer)
        void work.finally(() => shopping.delete(work))
      })
    },
    paying: () => paying.count,
    unserved: () => [...unserved.values()],
    wanting: () => [...shopping.values()].filter(({ name }) => unserved.has(name)).length,
    async close() {
      closing = true
      await Promise.all(shopping.keys())
    },
    async hearFinals(withinMs) {
      const deadline = Date.now() + withinMs
      const tickets = holders(desk)
      const hearNext = async (): Promise<void> => {
        for (let next = tickets.pop(); next; next = tickets.pop()) {
          const [ticket, buyer] = next
          for (;;) {
            const answer = await pollTicket(desk, buyer, ticket)
            if ((answer.status === 200 && isFinal(answer.body.state)) || Date.now() > deadline) break
            await sleep(300)
          }
        }
      }
      await Promise.all(Array.from({ length: 16 }, hearNext))
    },
  }
}

/** Every ticket that was handed out to somebody, with its buyer. */
const holders = ({ receipts }: Desk): [ticket: string, buyer: string][] => [
  ...new Map(
    receipts.flatMap(({ what, ticket, buyer }) =>
      what === 'join' && ticket !== undefined ? [[ticket, buyer] as const] : [],
    ),
  ),
]
