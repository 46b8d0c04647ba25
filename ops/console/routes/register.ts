import { type Static, Type } from 'typebox'
import type { FieldFault } from '../../../contract/console/field-fault.ts'
import type { Challenge, Deduction } from '../../../contract/words.ts'
import { InputError } from '../../actions/input-error.ts'
import { createSale } from '../../sales/create-sale.ts'
import type { SaleInput } from '../../sales/sale-input.ts'
import { release, standby, time } from '../../sales/sale-options.ts'
import { body } from '../request.ts'
import { type App, byOf, type Services } from '../services.ts'

const optional = <T extends Parameters<typeof Type.Union>[0][number]>(type: T) =>
  Type.Optional(Type.Union([type, Type.Null()]))

/** As on the command line, money in whole cents and times with their zone; what is left out has the default there. */
const registration = body({
  title: Type.String({ maxLength: 1000 }),
  stock: Type.Number(),
  priceCents: Type.Number(),
  currency: optional(Type.String()),
  opensAt: optional(Type.String()),
  closesAt: optional(Type.String()),
  release: optional(Type.String()),
  perUser: optional(Type.Number()),
  challenge: optional(Type.String()),
  payWithinS: optional(Type.Number()),
  deduct: optional(Type.String()),
  holdS: optional(Type.Number()),
  standby: optional(Type.String()),
  sku: optional(Type.String()),
})

/** POST /api/sales: registers a sale as a draft, its stock out of the shop's inventory where it names an article. */
export function addRegister(app: App, services: Services): void {
  app.post('/api/sales', { schema: { body: registration } }, async (request, reply) => {
    const created = await createSale(services, readSaleBody(request.body), { draft: true, by: byOf(request) })
    return reply.code(201).send(created)
  })
}

const LATEST_PAST_MS = 60_000

/** The body in our own words. Throws InputError that names every field which can not be read. */
function readSaleBody(sent: Static<typeof registration>): SaleInput {
  const faults: FieldFault[] = []
  const read = <T>(field: keyof typeof sent, parse: (text: string) => T): T | undefined => {
    const text = sent[field]
    if (typeof text !== 'string' || text === '') return undefined
    try {
      return parse(text)
    } catch (error) {
      const message = (error as Error).message.replace(/^It must/, 'must').replace(/\.$/, '')
      faults.push({ field, message })
      return undefined
    }
  }
  const { title, stock, priceCents } = sent
  const opensAt = read('opensAt', time)
  if (opensAt !== undefined && opensAt < Date.now() - LATEST_PAST_MS) {
    faults.push({ field: 'opensAt', message: 'must not be in the past' })
  }
  const input: SaleInput = {
    ...{ title, stock, priceCents, opensAt, closesAt: read('closesAt', time) },
    ...{ currency: sent.currency ?? undefined, perUser: sent.perUser ?? undefined },
    ...{ release: read('release', release), standby: read('standby', standby) },
    // What is none of the words is named by the rule book.
    ...{ challenge: (sent.challenge ?? undefined) as Challenge | undefined },
    ...{ deduct: (sent.deduct ?? undefined) as Deduction | undefined, holdS: sent.holdS ?? undefined },
    ...{ payWithinS: sent.payWithinS ?? undefined, sku: sent.sku || undefined },
  }
  if (faults.length > 0) throw new InputError(faults.map(said).join('; '), faults)
  return input
}

const said = ({ field, message }: FieldFault): string => `${field} ${message}`
