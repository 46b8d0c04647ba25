import { timingSafeEqual } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'

/** Answers with a problem, RFC 9457. */
export const refuse = (reply: FastifyReply, status: number, detail: string): FastifyReply =>
  reply.code(status).type('application/problem+json').send({ type: 'about:blank', status, detail })

/** A hook: only who has the shop's key comes in. */
export const requireKey = (key: string) => async (request: FastifyRequest, reply: FastifyReply) => {
  const expected = Buffer.from(`Bearer ${key}`)
  const given = Buffer.from(String(request.headers.authorization ?? ''))
  if (given.length !== expected.length || !timingSafeEqual(given, expected))
    return refuse(reply, 401, 'the key is wrong')
  return undefined
}
