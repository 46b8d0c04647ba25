import { randomUUID } from 'node:crypto'
import { openJournal } from './journal.ts'
import type { Asked, Event, Payment, State } from './payment.ts'

/** One line of the books: a payment that was opened, a change with the event that tells of it, an event that arrived. */
type Line = { at: number } & (
  | { opened: Asked }
  | { payment: string; state: State; event: Event }
  | { told: string }
)

export type Change = { outcome: 'unknown' } | { outcome: 'refused' | 'done' | 'again'; payment: Payment }

/** What the sandbox knows of money. Every answer of these is on the disk before it is given. */
export interface Books {
  /** `again`: it was opened before. `refused`: with another amount or currency. */
  open(asked: Asked): Promise<Change>
  /** Takes the money; `refused` where the payment is void. */
  pay(id: string): Promise<Change>
  /** The card was refused: nothing changes, the shop is told. `refused` where it is not open any more. */
  refuse(id: string): Promise<Change>
  /** `refused` where the money is in already. */
  void(id: string): Promise<Change>
  /** `refused` where no money ever came. */
  refund(id: string): Promise<Change>
  find(id: string): Promise<Payment | undefined>
  all(): Promise<Payment[]>
  /** Events that the shop has not confirmed. */
  untold(): Event[]
  /** The shop has confirmed an event. */
  told(eventId: string): Promise<void>
  close(): Promise<void>
}

const TYPES = { succeeded: 'payment.succeeded', void: 'payment.void', refunded: 'payment.refunded' } as const

/**
 * Opens the books kept in a file. A change is made at once, so that a payment and its void can never both succeed, and
 * answered when the disk has it. `onEvent` gets each new event then.
 */
export async function openBooks(
  path: string,
  onEvent: (event: Event) => void,
  onLost: (error: unknown) => void,
): Promise<Books> {
  const payments = new Map<string, Payment>()
  const pending = new Map<string, Event>()

  const apply = (line: Line): void => {
    if ('opened' in line) payments.set(line.opened.id, { ...line.opened, state: 'open', createdAt: line.at })
    else if ('told' in line) pending.delete(line.told)
    else {
      const payment = payments.get(line.payment)
      if (payment) payment.state = line.state
      pending.set(line.event.id, line.event)
    }
  }
  const journal = await openJournal<Line>(path, apply, onLost)
  const write = (line: Line): Promise<void> => {
    apply(line)
    return journal.add(line)
  }

  const found = async (outcome: 'refused' | 'again', payment: Payment): Promise<Change> => {
    const now = { ...payment }
    await journal.kept()
    return { outcome, payment: now }
  }

  const change = async (payment: Payment, state: State, type: Event['type']): Promise<Change> => {
    const { id, amount, currency } = payment
    const event: Event = { id: `evt_${randomUUID()}`, type, payment: id, amount, currency }
    const now = { ...payment, state }
    await write({ at: Date.now(), payment: id, state, event })
    onEvent(event)
    return { outcome: 'done', payment: now }
  }

  const move = async (id: string, from: State, to: keyof typeof TYPES): Promise<Change> => {
    const payment = payments.get(id)
    if (!payment) return { outcome: 'unknown' }
    if (payment.state === from) return change(payment, to, TYPES[to])
    return found(payment.state === to ? 'again' : 'refused', payment)
  }

  return {
    async open(asked) {
      const known = payments.get(asked.id)
      if (known) {
        const same = known.amount === asked.amount && known.currency === asked.currency
        return found(same ? 'again' : 'refused', known)
      }
      const { id, amount, currency, description, returnUrl } = asked
      const at = Date.now()
      const opened = { id, amount, currency, description, returnUrl }
      await write({ at, opened })
      return { outcome: 'done', payment: { ...opened, state: 'open', createdAt: at } }
    },
    pay: (id) => move(id, 'open', 'succeeded'),
    void: (id) => move(id, 'open', 'void'),
    refund: (id) => move(id, 'succeeded', 'refunded'),
    async refuse(id) {
      const payment = payments.get(id)
      if (!payment) return { outcome: 'unknown' }
      return payment.state === 'open' ? change(payment, 'open', 'payment.refused') : found('refused', payment)
    },
    async find(id) {
      const payment = payments.get(id)
      const now = payment && { ...payment }
      await journal.kept()
      return now
    },
    async all() {
      const list = [...payments.values()].map((payment) => ({ ...payment }))
      await journal.kept()
      return list
    },
    untold: () => [...pending.values()],
    told: (eventId) => write({ at: Date.now(), told: eventId }),
    close: journal.close,
  }
}
