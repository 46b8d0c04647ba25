import Fastify, { LogController } from 'fastify'
import { Problem } from '../../contract/errors.ts'
import { requestOf } from '../../contract/requests.ts'
import { sendError } from './problems.ts'
import { protect } from './protect.ts'
import { createRefusalRecord } from './record-refusals.ts'
import { addActions } from './routes/actions.ts'
import { addBlocks } from './routes/blocks.ts'
import { addDiscard } from './routes/discard.ts'
import { addInternal } from './routes/internal.ts'
import { addInventory } from './routes/inventory.ts'
import { addLive } from './routes/live.ts'
import { addPublish } from './routes/publish.ts'
import { addRegister } from './routes/register.ts'
import { addRehearsals } from './routes/rehearsals.ts'
import { addSales } from './routes/sales.ts'
import { addSession } from './routes/session.ts'
import { addSettings } from './routes/settings.ts'
import { addSettlement } from './routes/settlement.ts'
import { addStock } from './routes/stock.ts'
import { addSwitches } from './routes/switches.ts'
import type { App, Services } from './services.ts'

const BODY_BYTES = 65_536

/** Builds the console's HTTP without listening. Each room of `routes/` adds its own. */
export function buildConsole(services: Services): App {
  const app: App = Fastify({
    loggerInstance: services.log as never,
    logController: new LogController({ disableRequestLogging: true }),
    requestIdHeader: false,
    genReqId: (request) => requestOf(request.headers['x-request-id']),
    bodyLimit: BODY_BYTES,
    keepAliveTimeout: 75_000,
    // An open answer (the live page) must not keep a stop waiting.
    forceCloseConnections: true,
    // "2" is not a number: nothing is converted. Every wrong field is named at once.
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, allErrors: true } },
  }) as never
  // Fastify reads it by itself; here it would only be a wrong body, and it is what a page of another site may send.
  app.removeContentTypeParser('text/plain')
  const recordRefusal = createRefusalRecord(services.mysql, services.log)

  app.decorateRequest('session', null as never)
  app.setErrorHandler((error, request, reply) => sendError(error as never, request, reply))
  app.setNotFoundHandler(() => {
    throw new Problem('not_found')
  })
  protect(app, services, recordRefusal)
  addInternal(app, services)
  addSession(app, services, recordRefusal)
  addSales(app, services)
  addPublish(app, services)
  addDiscard(app, services)
  addSwitches(app, services)
  addBlocks(app, services)
  addActions(app, services)
  addLive(app, services)
  addSettings(app, services)
  addRegister(app, services)
  addStock(app, services)
  addInventory(app, services)
  addSettlement(app, services)
  addRehearsals(app, services)
  return app
}
