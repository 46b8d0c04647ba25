import type { FastifyRequest } from 'fastify'
import type { ReleaseMessage } from '../contract/release-message.ts'
import { noteJoined } from '../contract/traced.ts'
import type { Logger } from '../platform/log.ts'
import type { Redis } from '../platform/redis.ts'
import type { Trace } from '../platform/trace.ts'

/**
 * Tells the trace of a click that took a ticket: from the door's time on, until its answer.
 * @param began when the gateway's work on it began, ms
 */
export function traceClick(
  { trace, redis, log }: { trace: Trace | undefined; redis: Redis; log: Logger },
  request: FastifyRequest,
  ticket: { sale: number; number: number },
  began: number,
): void {
  if (!trace?.takes(request.id)) return
  const now = Date.now()
  const seconds = Number(request.headers['x-request-start'])
  const passedOn = seconds > 0 && Math.abs(seconds * 1_000 - now) < 60_000 ? seconds * 1_000 : began
  const fields = { sale: ticket.sale, number: ticket.number }
  trace.step(request.id, { name: 'click', from: Math.min(passedOn, began), to: now, whole: true, fields })
  trace.step(request.id, { name: 'door', from: Math.min(passedOn, began), to: began, fields })
  trace.step(request.id, { name: 'join', from: began, to: now, fields })
  noteJoined(redis, ticket.sale, ticket.number, now).catch((error) =>
    log.warn({ err: error, ...fields, request: request.id }, 'trace will lack the wait in line'),
  )
}

/** Tells the traces of a batch's clicks how long RabbitMQ took to confirm it. */
export function traceBatch(trace: Trace, { sale, kind, tickets }: ReleaseMessage, began: number): void {
  const now = Date.now()
  for (const { number, request } of tickets) {
    if (!trace.takes(request)) continue
    trace.step(request, { name: 'publish', from: began, to: now, fields: { sale, number, kind } })
  }
}
