import { Type } from 'typebox'
import type { PublishedSale } from '../../../contract/console/published.ts'
import { publishAndReport } from '../../sales/publish-and-report.ts'
import { readBooks } from '../../sales/read-books.ts'
import { saleView } from '../../sales/sale-view.ts'
import { body, reason, saleIdOf, saleParams, version } from '../request.ts'
import { type App, byOf, type Services } from '../services.ts'

/** POST /api/sales/:id/publish: a draft becomes a sale that opens; again, to repair what is missing. */
export function addPublish(app: App, services: Services): void {
  app.post(
    '/api/sales/:id/publish',
    {
      schema: {
        params: saleParams,
        body: body({ version: Type.Optional(version), reason: Type.Optional(reason) }),
      },
    },
    async (request): Promise<PublishedSale> => {
      const { version, reason } = request.body
      const id = saleIdOf(request.params.id)
      const { sale, report } = await publishAndReport(services, id, byOf(request, reason), version)
      return { ...saleView(sale), ...(await readBooks(services.redis, sale)), report }
    },
  )
}
