import { Type } from 'typebox'
import type { Article } from '../../../contract/inventory/article.ts'
import { listInventory } from '../../../contract/inventory/read-inventory.ts'
import { receiveUnits } from '../../inventory/receive-units.ts'
import { body } from '../request.ts'
import { type App, byOf, type Services } from '../services.ts'

const units = body({ sku: Type.String(), title: Type.Optional(Type.String()), units: Type.Number() })

/** GET /api/inventory lists the shop's articles; POST puts units that came in into it. */
export function addInventory(app: App, { mysql }: Services): void {
  app.get('/api/inventory', (): Promise<Article[]> => listInventory(mysql))
  app.post('/api/inventory', { schema: { body: units } }, (request) =>
    receiveUnits(mysql, request.body, byOf(request)),
  )
}
