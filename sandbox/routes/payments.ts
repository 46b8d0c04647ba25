import { Type } from 'typebox'
import type { Change } from '../books.ts'
import type { Payment } from '../payment.ts'
import type { App, Sandbox } from '../sandbox.ts'
import { misbehave } from './misbehave.ts'
import { refuse, requireKey } from './refuse.ts'

export const ID = Type.String({ pattern: '^[\\w.-]{1,100}$' })
const params = Type.Object({ id: ID })
const asked = Type.Object({
  id: ID,
  amount: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
  currency: Type.String({ pattern: '^[A-Z]{3}$' }),
  description: Type.String({ maxLength: 500 }),
  returnUrl: Type.String({ pattern: '^https?://', maxLength: 1_000 }),
})

/** The API for shops: /v1/payments. docs/openapi-payments.yaml is its description. */
export function paymentRoutes(app: App, sandbox: Sandbox): void {
  const { books, url } = sandbox
  app.addHook('onRequest', requireKey(sandbox.key))
  app.addHook('onRequest', async (request, reply) => {
    if (request.method === 'POST' && !request.headers['idempotency-key'])
      return refuse(reply, 400, 'an Idempotency-Key is needed')
    return undefined
  })
  misbehave(app, sandbox.conduct)

  const view = ({ id, state, amount, currency }: Payment) => ({
    ...{ id, state, amount, currency },
    payUrl: `${url}/pay/${id}`,
  })

  app.post('/v1/payments', { schema: { body: asked } }, async (request, reply) => {
    const change = await books.open(request.body)
    if (change.outcome === 'refused' || change.outcome === 'unknown')
      return refuse(reply, 409, 'this payment was opened with another amount or currency')
    return reply.code(change.outcome === 'done' ? 201 : 200).send(view(change.payment))
  })

  app.get('/v1/payments/:id', { schema: { params } }, async (request, reply) => {
    const payment = await books.find(request.params.id)
    return payment ? view(payment) : refuse(reply, 404, 'there is no such payment')
  })

  const answer = (change: Change) => ('payment' in change ? view(change.payment) : undefined)

  app.post('/v1/payments/:id/void', { schema: { params } }, async (request, reply) => {
    const change = await books.void(request.params.id)
    // Too late is an answer, not an error: the money is in.
    return answer(change) ?? refuse(reply, 404, 'there is no such payment')
  })

  app.post('/v1/payments/:id/refunds', { schema: { params } }, async (request, reply) => {
    const change = await books.refund(request.params.id)
    if (change.outcome === 'refused') return refuse(reply, 409, 'this payment never succeeded')
    return answer(change) ?? refuse(reply, 404, 'there is no such payment')
  })
}
