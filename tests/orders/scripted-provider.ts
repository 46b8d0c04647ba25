import type { PaymentProvider } from '../../contract/payments/provider.ts'

/** `silent`: every call fails. `forgets`: it says that it never heard of a payment. */
export type Mood = 'right' | 'silent' | 'forgets'

export interface ProviderBooks {
  state: 'open' | 'void' | 'succeeded'
  amountCents: number
  refunds: number
}

/** A payment provider that does what a test says, and keeps books of it. */
export interface ScriptedProvider extends PaymentProvider {
  mood: Mood
  books: Map<string, ProviderBooks>
  /** The IDs that it was asked to make void, in order. */
  voids: string[]
  /** The buyer pays at its page; false where the payment can not be paid. `captured`: a void one is charged all the same. */
  pay(id: string, captured?: 'captured'): boolean
}

export function createScriptedProvider(): ScriptedProvider {
  const books = new Map<string, ProviderBooks>()
  const voids: string[] = []
  const asked = (id: string): ProviderBooks | undefined => {
    if (provider.mood === 'silent') throw new Error('the provider does not answer')
    return provider.mood === 'forgets' ? undefined : books.get(id)
  }
  const provider: ScriptedProvider = {
    mood: 'right',
    books,
    voids,
    pay(id, captured) {
      const payment = books.get(id)
      if (!payment || payment.state === 'succeeded') return false
      if (payment.state === 'void' && !captured) return false
      payment.state = 'succeeded'
      return true
    },
    async open({ id, amountCents }) {
      asked(id)
      if (!books.has(id)) books.set(id, { state: 'open', amountCents, refunds: 0 })
      return { payUrl: `http://127.0.0.1/pay/${id}` }
    },
    async void(id) {
      voids.push(id)
      const payment = asked(id)
      if (!payment) return 'unknown'
      if (payment.state === 'open') payment.state = 'void'
      return payment.state === 'succeeded' ? 'succeeded' : 'void'
    },
    async refund(id) {
      if (provider.mood === 'silent') throw new Error('the provider does not answer')
      const payment = books.get(id)
      if (payment?.state !== 'succeeded') throw new Error(`${id} has nothing to give back`)
      payment.refunds = 1
    },
    async close() {},
  }
  return provider
}
