import { Type } from 'typebox'
import { behaviourSchema } from '../behaviour.ts'
import { chargedCents, refundedCents } from '../payment.ts'
import type { App, Sandbox } from '../sandbox.ts'
import { ID } from './payments.ts'
import { refuse, requireKey } from './refuse.ts'

/** What no real provider has: /sandbox changes how it behaves, pays without a browser, and opens the books. */
export function controlRoutes(app: App, { books, conduct, key, keepBehaviour }: Sandbox): void {
  app.addHook('onRequest', requireKey(key))

  app.get('/sandbox/behaviour', async () => conduct.read())
  app.post(
    '/sandbox/behaviour',
    { schema: { body: Type.Partial(behaviourSchema, { additionalProperties: false }) } },
    async (request) => {
      const now = conduct.change(request.body)
      keepBehaviour(now)
      return now
    },
  )

  app.post(
    '/sandbox/payments/:id/pay',
    { schema: { params: Type.Object({ id: ID }) } },
    async (request, reply) => {
      const change = await books.pay(request.params.id)
      if (change.outcome === 'unknown') return refuse(reply, 404, 'there is no such payment')
      const { id, state } = change.payment
      return change.outcome === 'refused' ? refuse(reply, 409, `the payment is ${state}`) : { id, state }
    },
  )

  app.get('/sandbox/books', async () => {
    const payments = await books.all()
    return {
      untoldEvents: books.untold().length,
      payments: payments.map((payment) => ({
        ...{ id: payment.id, state: payment.state, amount: payment.amount, currency: payment.currency },
        ...{ chargedCents: chargedCents(payment), refundedCents: refundedCents(payment) },
      })),
    }
  })
}
