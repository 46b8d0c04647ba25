import { Type } from 'typebox'
import type { ChangedStock, ProposedStock } from '../../../contract/console/stock.ts'
import { confirmStock, proposeStock } from '../../stock/propose-stock.ts'
import { body, saleIdOf, saleParams, version } from '../request.ts'
import { type App, byOf, type Services } from '../services.ts'

const proposal = body({ stock: Type.Number(), version })
const confirmation = body({ change: Type.String({ minLength: 1, maxLength: 64 }) })

/** POST /api/sales/:id/stock says what a new stock would change; /confirm within a minute changes it. */
export function addStock(app: App, services: Services): void {
  app.post(
    '/api/sales/:id/stock',
    { schema: { params: saleParams, body: proposal } },
    (request): Promise<ProposedStock> =>
      proposeStock(services, { sale: saleIdOf(request.params.id), ...request.body }),
  )
  app.post(
    '/api/sales/:id/stock/confirm',
    { schema: { params: saleParams, body: confirmation } },
    (request): Promise<ChangedStock> =>
      confirmStock(services, saleIdOf(request.params.id), request.body.change, byOf(request)),
  )
}
