import { Type } from 'typebox'
import { Problem } from '../../contract/errors.ts'
import type { Sale } from '../../contract/words.ts'
import { challengeOf } from '../challenges/challenge-of.ts'
import type { Answered } from '../challenges/challenges.ts'
import type { App, Services } from '../services.ts'
import { requireBuyer, saleIdOf } from './request.ts'

const params = Type.Object({ sale: Type.String() })

/** The shape only: what a proof holds is believed because it is signed. */
const proof = Type.Object({
  challenge: Type.Object({ parameters: Type.Object({}), signature: Type.String({ maxLength: 128 }) }),
  solution: Type.Object({ counter: Type.Integer(), derivedKey: Type.String({ maxLength: 128 }) }),
})
const body = Type.Object({ answer: Type.Union([Type.String({ maxLength: 200 }), proof]) })

/**
 * GET and POST /api/sales/{sale}/challenge: a question, and the pass for its answer. The door asks how often a buyer may
 * do either, and from when on.
 */
export function challengeRoutes(app: App, { sales, challenges, switches }: Services): void {
  const runningSale = async (text: string): Promise<Sale> => {
    const sale = await sales.get(saleIdOf(text))
    if (!sale) throw new Problem('unknown_sale')
    if (sale.phase === 'paused') throw new Problem('paused')
    if (sale.phase !== 'published' || Date.now() >= sale.closesAt) throw new Problem('ended')
    return sale
  }

  app.get(
    '/api/sales/:sale/challenge',
    { onRequest: requireBuyer, schema: { params }, exposeHeadRoute: false },
    async (request, reply) => {
      const sale = await runningSale(request.params.sale)
      reply.header('cache-control', 'no-store')
      return challenges.ask(sale, request.buyer)
    },
  )

  app.post(
    '/api/sales/:sale/challenge',
    {
      onRequest: requireBuyer,
      schema: { params, body, response: { 200: Type.Object({ pass: Type.String() }) } },
    },
    async (request, reply) => {
      const sale = await runningSale(request.params.sale)
      if (challengeOf(sale, switches) === 'none')
        throw new Problem('conflict', { detail: 'this sale asks no challenge' })
      const pass = await challenges.answer(sale, request.buyer, request.body.answer as Answered)
      if (pass === undefined) throw new Problem('challenge_failed')
      reply.header('cache-control', 'no-store')
      return { pass }
    },
  )
}
