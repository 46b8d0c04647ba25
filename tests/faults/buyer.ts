import { setTimeout as sleep } from 'node:timers/promises'
import type { Answer, Desk } from './receipts.ts'

/**
 * What a buyer is here for. `never`: orders and does not pay. `dither`: opens the payment and does not pay. `leave`: leaves
 * the line while waiting.
 */
export type Intent = 'pay' | 'never' | 'dither' | 'cancel' | 'leave'

export interface Buyer {
  name: string
  intent: Intent
  /** One has two tabs open. */
  tabs: 1 | 2
  /** After a bad end he does not come back, although he still wants one. */
  givesUp?: boolean
}

/** Where a buyer buys. */
export interface Floor {
  desk: Desk
  sale: number
  /** The shop is about to close: nobody begins anything any more. */
  closing: () => boolean
  /** A buyer got what he came for, or does not want it any more. */
  onDone: (buyer: Buyer) => void
  /** Raised while a buyer is paying. */
  paying: { count: number }
}

const FINAL = ['paid', 'sold_out', 'duplicate', 'left', 'closed', 'expired', 'cancelled', 'refunded']
export const isFinal = (state: string): boolean => FINAL.includes(state)

/** Polls at least so often, whatever the shop proposes: a crowd of a test has less patience than its orders have time. */
const POLL_MOST_MS = 700
const SOLD_OUT_MS = 1_500

/**
 * A buyer as they are: joins, tries again when told so or when cut off, polls, pays (or does not), and after a bad end
 * tries once more, as long as the shop is open.
 */
export async function buy(buyer: Buyer, floor: Floor): Promise<void> {
  while (!floor.closing()) {
    const ticket = await join(buyer, floor)
    if (ticket === undefined) return
    const end = await follow(buyer, ticket, floor)
    if (end === undefined) return
    if (end === 'paid' || buyer.intent !== 'pay') {
      floor.onDone(buyer)
      return
    }
    if (buyer.givesUp) return
    await sleep(SOLD_OUT_MS)
  }
}

/** How long to wait before asking again, as told. */
const waitMs = ({ status, retryAfterMs }: Answer): number =>
  status === 0 ? 150 + Math.random() * 150 : (retryAfterMs ?? 1_000) * (1 + Math.random() * 0.1)

async function join(buyer: Buyer, { desk, sale, closing }: Floor): Promise<string | undefined> {
  while (!closing()) {
    const answer = await desk.ask(buyer.name, 'join', { method: 'POST', path: `/api/sales/${sale}/orders` })
    if (answer.status === 200 || answer.status === 202) return answer.body.ticket
    if (answer.body?.code === 'ended') return undefined
    await sleep(answer.body?.code === 'sold_out' ? SOLD_OUT_MS : waitMs(answer))
  }
  return undefined
}

async function follow(buyer: Buyer, ticket: string, floor: Floor): Promise<string | undefined> {
  while (!floor.closing()) {
    const answer = await pollTicket(floor.desk, buyer.name, ticket)
    if (answer.status !== 200) {
      await sleep(waitMs(answer))
      continue
    }
    const { state, order, pollAfterMs } = answer.body
    if (isFinal(state)) return state
    if (state === 'awaiting_payment' && buyer.intent === 'pay') await pay(buyer, order, floor)
    if (state === 'awaiting_payment' && buyer.intent === 'dither')
      await openPayment(floor.desk, buyer.name, order)
    if (state === 'awaiting_payment' && buyer.intent === 'cancel')
      await cancelTwice(floor.desk, buyer.name, order)
    if (state === 'waiting' && buyer.intent === 'leave')
      await floor.desk.ask(buyer.name, 'leave', {
        ...{ method: 'DELETE', path: `/api/tickets/${ticket}`, about: { ticket } },
      })
    await sleep(Math.min(pollAfterMs ?? POLL_MOST_MS, POLL_MOST_MS))
  }
  return undefined
}

/** A double click. */
async function cancelTwice(desk: Desk, buyer: string, order: string): Promise<void> {
  const cancel = () =>
    desk.ask(buyer, 'cancel', { method: 'DELETE', path: `/api/orders/${order}`, about: { order } })
  await Promise.all([cancel(), cancel()])
}

export const pollTicket = (desk: Desk, buyer: string, ticket: string): Promise<Answer> =>
  desk.ask(buyer, 'poll', { method: 'GET', path: `/api/tickets/${ticket}`, about: { ticket } })

const openPayment = (desk: Desk, buyer: string, order: string): Promise<Answer> =>
  desk.ask(buyer, 'open payment', {
    ...{ method: 'POST', path: `/api/orders/${order}/payment`, about: { order } },
  })

/** Opens the payment and pays it; gives up after some tries, until the next poll says that it is still awaited. */
export async function pay(
  buyer: Pick<Buyer, 'name'>,
  order: string,
  { desk, closing, paying }: Pick<Floor, 'desk' | 'closing' | 'paying'>,
): Promise<void> {
  paying.count++
  try {
    for (let tries = 0; tries < 3 && !closing(); tries++) {
      const opened = await openPayment(desk, buyer.name, order)
      if (opened.status === 201) {
        const paid = await desk.pay(buyer.name, order)
        if (paid.status === 200 || paid.status === 409) return
        await sleep(200)
      } else if (opened.status === 0 || opened.status === 429 || opened.status === 503) {
        await sleep(Math.min(waitMs(opened), 1_000))
      } else return
    }
  } finally {
    paying.count--
  }
}
