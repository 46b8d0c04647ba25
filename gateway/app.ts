import { timingSafeEqual } from 'node:crypto'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import Fastify, { type FastifyError, LogController } from 'fastify'
import { Problem } from '../contract/errors.ts'
import { requestOf } from '../contract/requests.ts'
import { problemOf, sendProblem } from '../contract/send-problem.ts'
import { createOverload } from './overload.ts'
import { challengeRoutes } from './routes/challenge.ts'
import { devSignInRoutes } from './routes/dev-sign-in.ts'
import { internalRoutes } from './routes/internal.ts'
import { joinRoutes } from './routes/join.ts'
import { orderRoutes } from './routes/orders.ts'
import { paymentRoutes } from './routes/payments.ts'
import { saleRoutes } from './routes/sales.ts'
import { ticketRoutes } from './routes/tickets.ts'
import { webhookRoutes } from './routes/webhook.ts'
import type { App, Services } from './services.ts'
import { refuseSwitchedOff } from './switches/refuse-switched-off.ts'

const BODY_BYTES = 4_096

/** Builds the gateway's HTTP without listening. */
export function buildApp(services: Services): App {
  const app: App = Fastify({
    loggerInstance: services.log as never,
    logController: new LogController({ disableRequestLogging: true }),
    // One logger for all requests instead of a child for each; what is logged of a request names its ID.
    childLoggerFactory: (logger) => logger,
    requestIdHeader: false,
    genReqId: (request) => requestOf(request.headers['x-request-id']),
    bodyLimit: BODY_BYTES,
    keepAliveTimeout: 75_000,
    requestTimeout: 10_000,
    routerOptions: { maxParamLength: 400 },
    // "2" is not a quantity: nothing is converted.
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false } },
  }).withTypeProvider<TypeBoxTypeProvider>() as never

  acceptEmptyJson(app)
  app.decorateRequest('buyer', '')
  app.setErrorHandler((error, request, reply) => {
    const problem = problemOf(error as FastifyError, request)
    // The door counts by it, and keeps it to itself (lua/edge/latency.lua).
    reply.header('x-refusal', problem.code)
    return sendProblem(reply, problem, { request: request.id })
  })
  app.setNotFoundHandler(() => {
    throw new Problem('not_found')
  })

  const overload = createOverload(services.config, services.metrics)
  app.register(async (scope) => internalRoutes(scope as App, services, overload))
  app.register(async (scope) => {
    // What did not come through the door did not pass its questions.
    const edgeKey = Buffer.from(services.config.SLUICE_EDGE_KEY)
    // Hooks of every click call `next`: a promise for each would be a turn of the microtask queue more.
    scope.addHook('onRequest', (request, reply, next) => {
      const key = Buffer.from(String(request.headers['x-edge-key'] ?? ''))
      if (key.length !== edgeKey.length || !timingSafeEqual(key, edgeKey)) throw new Problem('not_found')
      // What a buyer may name when something went wrong: by it, everything is found (docs/operations.md).
      reply.header('x-request-id', request.id)
      next()
    })
    scope.addHook('onRequest', refuseSwitchedOff(services.switches))
    await overload.guard(scope as App)
    saleRoutes(scope as App, services)
    scope.register(async (inLine) => {
      // The line and the challenges are in Redis: while it does not answer, nobody waits for its timeout.
      inLine.addHook('onRequest', (_request, _reply, next) => {
        if (!services.pulse.answers()) throw new Problem('unavailable')
        next()
      })
      challengeRoutes(inLine as App, services)
      joinRoutes(inLine as App, services)
      ticketRoutes(inLine as App, services)
    })
    orderRoutes(scope as App, services)
    paymentRoutes(scope as App, services)
    // A scope of its own: its bodies are signed byte by byte.
    scope.register(async (signed) => webhookRoutes(signed as App, services))
    if (services.config.SLUICE_DEV_SIGN_IN) devSignInRoutes(scope as App, services)
  })
  return app
}

/** A POST without any body is the same as one with `{}`. */
function acceptEmptyJson(app: App): void {
  const parse = app.getDefaultJsonParser('error', 'error')
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, {})
    else void parse(request, body as string, done)
  })
}
