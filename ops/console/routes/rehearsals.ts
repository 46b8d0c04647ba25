import { Type } from 'typebox'
import type { SaleRehearsals } from '../../../contract/console/rehearsal.ts'
import { readSale } from '../../../contract/sales.ts'
import { BUYERS, SECONDS } from '../../rehearsal/rehearse.ts'
import { unknownSale } from '../../sales/unknown-sale.ts'
import { body, saleIdOf, saleParams } from '../request.ts'
import { type App, byOf, type Services } from '../services.ts'

const size = body({
  buyers: Type.Optional(Type.Integer({ minimum: 10, maximum: BUYERS.most })),
  seconds: Type.Optional(Type.Integer({ minimum: 10, maximum: SECONDS.most })),
})

/** POST starts a rehearsal in the background (202), GET tells how far it is and what came of earlier ones, DELETE ends it. */
export function addRehearsals(app: App, { mysql, rehearsals }: Services): void {
  const path = '/api/sales/:id/rehearsals'
  const known = async (text: string): Promise<number> => {
    const id = saleIdOf(text)
    const sale = await readSale(mysql, id)
    if (!sale || sale.rehearsalOf !== undefined) throw unknownSale(id)
    return id
  }

  app.post(path, { schema: { params: saleParams, body: size } }, async (request, reply) => {
    const { buyers = BUYERS.normal, seconds = SECONDS.normal } = request.body
    const id = await known(request.params.id)
    return reply.code(202).send(rehearsals.start(id, { buyers, seconds }, byOf(request)))
  })
  app.get(
    path,
    { schema: { params: saleParams } },
    async (request): Promise<SaleRehearsals> => rehearsals.read(await known(request.params.id)),
  )
  app.delete(path, { schema: { params: saleParams } }, async (request) =>
    rehearsals.cancel(await known(request.params.id)),
  )
}
