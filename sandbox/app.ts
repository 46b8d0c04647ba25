import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import Fastify, { type FastifyError, LogController } from 'fastify'
import type { Logger } from '../platform/log.ts'
import { controlRoutes } from './routes/control.ts'
import { payRoutes } from './routes/pay.ts'
import { paymentRoutes } from './routes/payments.ts'
import { refuse } from './routes/refuse.ts'
import type { App, Sandbox } from './sandbox.ts'

/** Builds the sandbox's HTTP without listening. */
export function buildApp(sandbox: Sandbox, log: Logger): App {
  const app: App = Fastify({
    loggerInstance: log as never,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: 16_384,
    // Calls that were told to hang end with it.
    forceCloseConnections: true,
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false } },
  }).withTypeProvider<TypeBoxTypeProvider>() as never

  app.setErrorHandler((error: FastifyError, request, reply) => {
    const status = error.statusCode ?? (error.validation ? 400 : 500)
    if (status >= 500) request.log.error({ err: error }, 'request failed')
    return refuse(reply, status, error.message)
  })
  app.get('/internal/health', async () => ({ ok: true }))
  // Without a key: whoever would never pay at a real provider asks here first.
  app.get('/sandbox', async () => ({ sandbox: true }))
  app.register(async (scope) => paymentRoutes(scope as App, sandbox))
  app.register(async (scope) => controlRoutes(scope as App, sandbox))
  app.register(async (scope) => payRoutes(scope as App, sandbox))
  return app
}
