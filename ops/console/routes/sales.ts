import { InvalidArgumentError } from 'commander'
import { Type } from 'typebox'
import type { ShownSale, SteppedSale } from '../../../contract/console/sale.ts'
import { listSales, readSale } from '../../../contract/sales.ts'
import type { Sale } from '../../../contract/words.ts'
import { type PhaseStep, stepPhase } from '../../sales/change-phase.ts'
import { changeRelease, changeStandby } from '../../sales/change-release.ts'
import { readBooks } from '../../sales/read-books.ts'
import { release as readRelease, standby as readStandby } from '../../sales/sale-options.ts'
import { saleView } from '../../sales/sale-view.ts'
import { unknownSale } from '../../sales/unknown-sale.ts'
import { fieldProblem } from '../problems.ts'
import { body, reason, saleIdOf, saleParams, version } from '../request.ts'
import { type App, byOf, type Services } from '../services.ts'

const stepBody = body({
  version: Type.Optional(version),
  reason: Type.Optional(reason),
  /** Of `close`: also a sale that has not opened yet. */
  unopened: Type.Optional(Type.Boolean()),
})
const STEPS: PhaseStep[] = ['pause', 'resume', 'close']

/** The list of sales, one sale with its books, and what may be turned while it runs. */
export function addSales(app: App, services: Services): void {
  const { mysql, redis } = services
  const shown = async (sale: Sale): Promise<ShownSale> => ({
    ...saleView(sale),
    ...(await readBooks(redis, sale)),
  })

  app.get('/api/sales', async () => Promise.all((await listSales(mysql)).map(shown)))

  app.get('/api/sales/:id', { schema: { params: saleParams } }, async (request) => {
    const id = saleIdOf(request.params.id)
    const sale = await readSale(mysql, id)
    if (!sale) throw unknownSale(id)
    return shown(sale)
  })

  for (const step of STEPS) {
    app.post(
      `/api/sales/:id/${step}`,
      { schema: { params: saleParams, body: stepBody } },
      async (request): Promise<SteppedSale> => {
        const { reason, ...options } = request.body
        const id = saleIdOf(request.params.id)
        const sale = await stepPhase(services, id, step, byOf(request, reason), options)
        const neverOpened = step === 'close' && Date.now() < sale.opensAt
        return {
          ...(await shown(sale)),
          ...(neverOpened && { note: `Sale ${id} is closed before it opened: nobody could buy.` }),
        }
      },
    )
  }

  app.put(
    '/api/sales/:id/release',
    {
      schema: {
        params: saleParams,
        body: body({ release: Type.String({ maxLength: 20 }), version, reason: Type.Optional(reason) }),
      },
    },
    async (request) => {
      const { release, version, reason } = request.body
      const rate = readOption('release', readRelease, release)
      const id = saleIdOf(request.params.id)
      return shown(await changeRelease(services, id, rate, byOf(request, reason), version))
    },
  )

  app.put(
    '/api/sales/:id/standby',
    {
      schema: {
        params: saleParams,
        body: body({ standby: Type.String({ maxLength: 20 }), version, reason: Type.Optional(reason) }),
      },
    },
    async (request) => {
      const { standby, version, reason } = request.body
      const units = readOption('standby', readStandby, standby)
      const id = saleIdOf(request.params.id)
      return shown(await changeStandby(services, id, units, byOf(request, reason), version))
    },
  )
}

/** Reads a text as the command line does; what it says of a wrong one is said of the field. */
function readOption<T>(field: string, read: (text: string) => T, text: string): T {
  try {
    return read(text)
  } catch (error) {
    if (!(error instanceof InvalidArgumentError)) throw error
    throw fieldProblem([{ field, message: error.message.replace(/^It must/, 'must').replace(/\.$/, '') }])
  }
}
