import { Type } from 'typebox'
import type { SteppedSale } from '../../../contract/console/sale.ts'
import { discardDraft, tellDiscarded } from '../../sales/discard-draft.ts'
import { readBooks } from '../../sales/read-books.ts'
import { saleView } from '../../sales/sale-view.ts'
import { body, reason, saleIdOf, saleParams, version } from '../request.ts'
import { type App, byOf, type Services } from '../services.ts'

/** POST /api/sales/:id/discard: gives up a draft. Only by who says which version of it he has seen. */
export function addDiscard(app: App, { mysql, redis }: Services): void {
  app.post(
    '/api/sales/:id/discard',
    { schema: { params: saleParams, body: body({ version, reason: Type.Optional(reason) }) } },
    async (request): Promise<SteppedSale> => {
      const { version, reason } = request.body
      const id = saleIdOf(request.params.id)
      const sale = await discardDraft(mysql, id, byOf(request, reason), version)
      return { ...saleView(sale), ...(await readBooks(redis, sale)), note: tellDiscarded(sale) }
    },
  )
}
