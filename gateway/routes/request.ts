import type { FastifyReply, FastifyRequest, HookHandlerDoneFunction as Next } from 'fastify'
import { isBuyer } from '../../contract/buyer.ts'
import { Problem } from '../../contract/errors.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by {@link requireBuyer}. */
    buyer: string
  }
}

/** A hook: the door has verified the token and names its buyer in X-User-Id, or leaves it empty. */
export function requireBuyer(request: FastifyRequest, _reply: FastifyReply, next: Next): void {
  const buyer = request.headers['x-user-id']
  if (!isBuyer(buyer)) throw new Problem('unauthenticated')
  request.buyer = buyer
  next()
}

/** A sale's ID as it stands in an address; anything else names no sale. */
export function saleIdOf(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new Problem('unknown_sale')
  return Number(text)
}
