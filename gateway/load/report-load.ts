import type { Server } from 'node:http'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { type GatewayLoad, sendReport } from '../../contract/reports.ts'
import type { Logger } from '../../platform/log.ts'
import type { Redis } from '../../platform/redis.ts'
import type { OrderLag } from './order-lag.ts'

const EVERY_MS = 500
const RESOLUTION_MS = 10

/** Measures this gateway's load and reports it to the centre twice a second. @returns stops it. */
export function startLoadReports(deps: {
  redis: Redis
  name: string
  server: Server
  queued: () => Promise<number>
  orderLag: OrderLag
  /** Tickets released since this gateway began, of each sale that lives. */
  released: () => Record<string, number>
  paysAt: string
  log: Logger
}): () => void {
  const { redis, name, server, queued, orderLag, released, paysAt, log } = deps
  const began = Date.now()
  const loop = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  loop.enable()
  let inFlight = 0
  server.on('request', (_request, response) => {
    inFlight++
    response.once('close', () => inFlight--)
  })
  let queue = 0
  let asking = false
  const askQueue = async (): Promise<void> => {
    // A broker that does not answer is asked once; its last answer stands.
    if (asking) return
    asking = true
    queue = await queued().finally(() => {
      asking = false
    })
  }

  const timer = setInterval(() => {
    const late = loop.mean / 1e6 - RESOLUTION_MS
    loop.reset()
    const load: GatewayLoad = {
      loopMs: Math.max(0, Math.round(late) || 0),
      inFlight,
      queue,
      orderLagMs: orderLag.ms(Date.now()),
      ...{ at: Date.now(), began, released: released(), paysAt },
    }
    askQueue().catch(() => undefined)
    sendReport(redis, 'gateway', name, load).catch((error) => log.debug({ err: error }, 'load not reported'))
  }, EVERY_MS)
  return () => {
    clearInterval(timer)
    loop.disable()
  }
}
