import { setTimeout as sleep } from 'node:timers/promises'
import { pay, pollTicket } from './buyer.ts'
import type { Desk } from './receipts.ts'

/** Looks whether the shop works, by buying something in a sale that has plenty. */
export interface Probe {
  sale: number
  /**
   * How long after `from` (ms since 1970) a purchase that began after it was paid, in ms; undefined when none was within
   * the time. Purchases begin every so often, so one that hangs does not stand for all.
   */
  recovery(from: number, withinMs: number): Promise<number | undefined>
}

const EVERY_MS = 400

export function createProbe(desk: Desk, sale: number): Probe {
  let count = 0

  /** A whole purchase: join, order, payment, paid. */
  const purchase = async (over: () => boolean): Promise<boolean> => {
    const buyer = { name: `probe-${process.pid}-${sale}-${++count}` }
    let ticket: string | undefined
    while (ticket === undefined && !over()) {
      const joined = await desk.ask(buyer.name, 'join', { method: 'POST', path: `/api/sales/${sale}/orders` })
      ticket = joined.body?.ticket
      if (ticket === undefined) await sleep(300)
    }
    while (ticket !== undefined && !over()) {
      const { status, body } = await pollTicket(desk, buyer.name, ticket)
      if (status === 200 && body.state === 'paid') return true
      if (status === 200 && body.state === 'awaiting_payment')
        await pay(buyer, body.order, { desk, closing: over, paying: { count: 0 } })
      await sleep(120)
    }
    return false
  }

  return {
    sale,
    async recovery(from, withinMs) {
      let paidAt: number | undefined
      const over = () => paidAt !== undefined || Date.now() > from + withinMs
      const tries: Promise<void>[] = []
      while (!over()) {
        tries.push(
          purchase(over).then((paid) => {
            if (paid) paidAt ??= Date.now()
          }),
        )
        for (let i = 0; i < EVERY_MS / 20 && !over(); i++) await sleep(20)
      }
      return paidAt === undefined ? undefined : paidAt - from
    },
  }
}
