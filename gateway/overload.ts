import underPressure from '@fastify/under-pressure'
import { Counter, Gauge, type Registry } from 'prom-client'
import { Problem } from '../contract/errors.ts'
import type { GatewayConfig } from './config.ts'
import type { App } from './services.ts'

const MEGABYTE = 2 ** 20
/** How often the event loop's delay and the memory are looked at; a busy gateway is free again after one quiet look. */
const SAMPLE_MS = 500

/** One for all: a refusal under load makes no stack trace and allocates nothing. */
const BUSY = new Problem('busy')

/** What `/internal/health` tells of the load. */
export interface Load {
  busy: boolean
  /** Buyers' requests that are being answered. */
  inFlight: number
  /** Mean of the last half second, ms. */
  eventLoopDelayMs: number
  heapMb: number
  rssMb: number
}

export interface Overload {
  /** Guards the routes that are registered in this scope afterwards. */
  guard(scope: App): Promise<void>
  /** How loaded this gateway is at this moment. */
  load(): Load
}

type Limits = Pick<
  GatewayConfig,
  'SLUICE_BUSY_DELAY_MS' | 'SLUICE_BUSY_REQUESTS' | 'SLUICE_BUSY_HEAP_MB' | 'SLUICE_BUSY_RSS_MB'
>

/**
 * Refuses requests with `busy` before any work is done for them, while one of four limits is passed: delay of the event
 * loop, requests under way, heap, resident memory. It recovers by itself as soon as the measure is back below its limit.
 */
export function createOverload(limits: Limits, metrics: Registry): Overload {
  let inFlight = 0
  let measured: App | undefined
  const refused = new Counter({
    name: 'sluice_busy_refusals_total',
    help: 'Requests refused because this gateway was too busy, by the limit that was passed',
    labelNames: ['limit'],
    registers: [metrics],
  })
  new Gauge({
    name: 'sluice_requests_in_flight',
    help: 'Requests of buyers that are being answered',
    registers: [metrics],
    collect() {
      this.set(inFlight)
    },
  })
  const refuse = (limit: string): Promise<never> => {
    refused.inc({ limit })
    return Promise.reject(BUSY)
  }

  /** Which limit the last sample passes. */
  const passedLimit = (): string | undefined => {
    if (!measured) return undefined
    const { eventLoopDelay, heapUsed, rssBytes } = measured.memoryUsage()
    if (eventLoopDelay > limits.SLUICE_BUSY_DELAY_MS) return 'eventLoopDelay'
    if (heapUsed > limits.SLUICE_BUSY_HEAP_MB * MEGABYTE) return 'heapUsedBytes'
    return rssBytes > limits.SLUICE_BUSY_RSS_MB * MEGABYTE ? 'rssBytes' : undefined
  }

  return {
    async guard(scope) {
      measured = scope
      // It samples; what is too much is judged here, because its own limits can not change while it runs.
      await scope.register(underPressure, { sampleInterval: SAMPLE_MS })
      scope.addHook('onRequest', (_request, reply, next) => {
        inFlight++
        // Not onResponse: it stays out where the buyer has hung up, and the count would creep up to the limit.
        reply.raw.once('close', () => inFlight--)
        const limit = inFlight > limits.SLUICE_BUSY_REQUESTS ? 'requests' : passedLimit()
        if (limit === undefined) next()
        else refuse(limit).catch(next)
      })
    },
    load() {
      const { eventLoopDelay = 0, heapUsed = 0, rssBytes = 0 } = measured?.memoryUsage() ?? {}
      return {
        busy: inFlight >= limits.SLUICE_BUSY_REQUESTS || passedLimit() !== undefined,
        inFlight,
        eventLoopDelayMs: Math.round(eventLoopDelay),
        heapMb: Math.round(heapUsed / MEGABYTE),
        rssMb: Math.round(rssBytes / MEGABYTE),
      }
    },
  }
}
