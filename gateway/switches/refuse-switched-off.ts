import type { FastifyReply, FastifyRequest, HookHandlerDoneFunction as Next } from 'fastify'
import { Problem } from '../../contract/errors.ts'
import type { SwitchBoard } from './switch-board.ts'

/** Time, sales and signing in stay; so do events of payments, since money that came has come. */
const ALWAYS = new Set([
  '/api/time',
  '/api/sales',
  '/api/sales/:sale',
  '/api/payments/webhook',
  '/dev/sign-in',
])
const RETRY_AFTER_S = 10

/** A hook: what is closed or read-only is refused, as the door does (lua/edge/switches.lua) once it knows. */
export const refuseSwitchedOff =
  (switches: SwitchBoard) =>
  (request: FastifyRequest, _reply: FastifyReply, next: Next): void => {
    const isAlways = ALWAYS.has(request.routeOptions.url ?? '')
    const values = isAlways ? undefined : switches.of(saleOf(request.params as Record<string, string>))
    if (values?.closed) throw new Problem('unavailable', { retryAfterS: RETRY_AFTER_S })
    if (values?.['read-only'] && request.method !== 'GET' && request.method !== 'HEAD') {
      throw new Problem('paused', { retryAfterS: RETRY_AFTER_S })
    }
    next()
  }

/** The sale that an address names: itself, or by a ticket (SALE.NUMBER…) or an order (SALE-NUMBER). */
function saleOf({ sale, ticket, order }: Record<string, string>): number | undefined {
  const id = /^(\d{1,9})(?:[.-]|$)/.exec(sale ?? ticket ?? order ?? '')?.[1]
  return id === undefined ? undefined : Number(id)
}
