import { connectStores } from '../platform/connect-stores.ts'
import { createLog } from '../platform/log.ts'
import { createMetrics } from '../platform/metrics.ts'
import { runUntilStopped } from '../platform/run-until-stopped.ts'
import { readSigningKeys } from '../platform/signing-keys.ts'
import { buildConsole } from './console/app.ts'
import { type ConsoleConfig, readConsoleConfig } from './console/config.ts'
import { createSessions } from './console/sessions.ts'
import { startLive } from './live/live.ts'
import { readOrigin } from './pages/read-origin.ts'
import { createRehearsals } from './rehearsal/rehearsal-job.ts'
import { startSweeping } from './rehearsal/sweep-shadows.ts'

/** Starts the console; resolves with the function that stops it, once it listens. */
async function start(config: ConsoleConfig): Promise<() => Promise<void>> {
  const log = createLog(config.SLUICE_NAME, config.SLUICE_LOG_LEVEL)
  const { redis, mysql } = await connectStores(config, log)
  const live = startLive({ redis, mysql, name: config.SLUICE_NAME, log })
  const stores = { redis, mysql, www: config.SLUICE_WWW, ...readOrigin(config) }
  const payments = config.SLUICE_PAYMENT_URL
  const secret = config.SLUICE_JWT_SECRET
  const token = secret ? readSigningKeys({ ...config, SLUICE_JWT_SECRET: secret }).token : undefined
  const rehearsals = createRehearsals({ ...stores, payments }, token, log)
  const app = buildConsole({
    ...{ ...stores, config, live, log },
    rehearsals,
    sessions: createSessions(mysql, config.SLUICE_OPS_SECRET),
    metrics: createMetrics(config.SLUICE_NAME),
  })
  const stopSweeping = startSweeping(stores, log)
  await app.listen({ host: config.SLUICE_HOST, port: config.SLUICE_PORT })

  return async () => {
    stopSweeping()
    await rehearsals.stop()
    await app.close()
    await live.stop()
    redis.disconnect()
    await mysql.end()
  }
}

await runUntilStopped('console', () => start(readConsoleConfig(process.env)))
