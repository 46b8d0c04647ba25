import { Readable } from 'node:stream'
import { Type } from 'typebox'
import type { ToldAudit } from '../../../contract/console/audit.ts'
import type { SaleEvent } from '../../../contract/console/event.ts'
import type { SettlementState } from '../../../contract/console/settlement.ts'
import { listEvents } from '../../../contract/events.ts'
import { readSale } from '../../../contract/sales.ts'
import { auditSale } from '../../audit/audit-sale.ts'
import { writeOrdersCsv } from '../../evidence/list-orders.ts'
import { writeEvidence } from '../../evidence/write-report.ts'
import { unknownSale } from '../../sales/unknown-sale.ts'
import { readSettlementState } from '../../settlement/read-state.ts'
import { settleSale } from '../../settlement/settle-sale.ts'
import { body, reason, saleIdOf, saleParams } from '../request.ts'
import { type App, byOf, type Services } from '../services.ts'

const settleBody = body({ reason: Type.Optional(reason) })
const auditBody = body({})

/**
 * The end of a sale: POST /api/sales/:id/audit, GET /api/sales/:id/settlement, POST /api/sales/:id/settle, and to take
 * away, GET /api/sales/:id/evidence (HTML), /orders (CSV), /events.
 */
export function addSettlement(app: App, services: Services): void {
  const { mysql } = services
  const known = async (text: string) => {
    const id = saleIdOf(text)
    const sale = await readSale(mysql, id)
    if (!sale) throw unknownSale(id)
    return sale
  }

  // Proving changes nothing, so that whoever may look may prove.
  app.post(
    '/api/sales/:id/audit',
    { schema: { params: saleParams, body: auditBody }, config: { anyRole: true } },
    async (request): Promise<ToldAudit> => {
      const { id } = await known(request.params.id)
      const { audit, unchecked } = (await auditSale(services, id))!
      return { ...audit, unchecked: unchecked ?? null, at: Date.now() }
    },
  )

  app.get(
    '/api/sales/:id/events',
    { schema: { params: saleParams } },
    async (request): Promise<{ events: SaleEvent[] }> => {
      const sale = await known(request.params.id)
      const events = await listEvents(mysql, sale.id, sale.opensAt - 86_400_000, Date.now())
      return { events: events.map((event) => ({ ...event, at: event.at.getTime() })) }
    },
  )

  app.get(
    '/api/sales/:id/settlement',
    { schema: { params: saleParams } },
    (request): Promise<SettlementState> => readSettlementState(services, saleIdOf(request.params.id)),
  )

  app.post('/api/sales/:id/settle', { schema: { params: saleParams, body: settleBody } }, (request) =>
    settleSale(services, saleIdOf(request.params.id), byOf(request, request.body.reason)),
  )

  app.get('/api/sales/:id/evidence', { schema: { params: saleParams } }, async (request, reply) => {
    const { id } = await known(request.params.id)
    reply.type('text/html; charset=utf-8').header('content-disposition', asFile(`sale-${id}-evidence.html`))
    return writeEvidence(services, id)
  })

  app.get('/api/sales/:id/orders', { schema: { params: saleParams } }, async (request, reply) => {
    const { id } = await known(request.params.id)
    reply.type('text/csv; charset=utf-8').header('content-disposition', asFile(`sale-${id}-orders.csv`))
    return Readable.from(writeOrdersCsv(mysql, id))
  })
}

const asFile = (name: string): string => `attachment; filename="${name}"`
