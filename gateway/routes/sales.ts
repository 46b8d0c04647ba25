import { type Static, Type } from 'typebox'
import { Problem } from '../../contract/errors.ts'
import type { Sale, SaleState } from '../../contract/words.ts'
import type { App, Services } from '../services.ts'
import { saleIdOf } from './request.ts'

const saleView = Type.Object({
  id: Type.Integer(),
  title: Type.String(),
  price: Type.Integer(),
  currency: Type.String(),
  state: Type.String(),
  opensAt: Type.Integer(),
  closesAt: Type.Integer(),
  now: Type.Integer(),
  perUser: Type.Integer(),
  challenge: Type.String(),
})

/**
 * GET /api/time, /api/sales and /api/sales/{sale}. The door answers the first two, and live sales, from its snapshot;
 * older sales come here.
 */
export function saleRoutes(app: App, { sales }: Services): void {
  app.get('/api/time', async (_request, reply) => {
    reply.header('cache-control', 'no-store')
    return { now: Date.now() }
  })

  app.get('/api/sales', { schema: { response: { 200: Type.Array(saleView) } } }, async (_request, reply) => {
    reply.header('cache-control', 'no-store')
    return sales
      .shown()
      .filter(({ rehearsalOf }) => rehearsalOf === undefined)
      .map(view)
  })

  app.get(
    '/api/sales/:sale',
    { schema: { params: Type.Object({ sale: Type.String() }), response: { 200: saleView } } },
    async (request, reply) => {
      const sale = await sales.get(saleIdOf(request.params.sale))
      if (!sale || sale.rehearsalOf !== undefined) throw new Problem('unknown_sale')
      reply.header('cache-control', 'no-store')
      return view(sale)
    },
  )
}

function view(sale: Sale): Static<typeof saleView> {
  const now = Date.now()
  return {
    id: sale.id,
    title: sale.title,
    price: sale.priceCents,
    currency: sale.currency,
    state: stateOf(sale, now),
    opensAt: sale.opensAt,
    closesAt: sale.closesAt,
    now,
    perUser: sale.perUser,
    challenge: sale.challenge,
  }
}

function stateOf(sale: Sale, now: number): SaleState {
  if (sale.phase === 'closed' || sale.phase === 'settled' || now >= sale.closesAt) return 'ended'
  if (sale.phase === 'paused') return 'paused'
  return now < sale.opensAt ? 'upcoming' : 'open'
}
