import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { type AnyErrorCode, Problem } from './errors.ts'

/** Answers RFC 9457 problem+json; `more`: further members of the body. */
export function sendProblem(reply: FastifyReply, problem: Problem, more: object = {}): FastifyReply {
  if (problem.retryAfterS !== undefined) reply.header('retry-after', problem.retryAfterS)
  return (
    reply
      .code(problem.status)
      .type('application/problem+json')
      .header('cache-control', 'no-store')
      // As bytes: to JSON that it writes itself Fastify adds a charset, which JSON does not have and the door does not say.
      .send(Buffer.from(JSON.stringify({ ...problem.toBody(), ...more })))
  )
}

const FASTIFY_CODES: Record<string, AnyErrorCode> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'too_large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported_type',
}

/** What a handler threw, as a problem: one already, what Fastify found wrong with the request, or a backend's failure. */
export function problemOf(error: FastifyError, request: FastifyRequest): Problem {
  if (error instanceof Problem) return error
  const known = FASTIFY_CODES[error.code]
  if (known) return new Problem(known, { cause: error })
  if (error.validation) return new Problem('invalid_request', { detail: error.message, cause: error })
  if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500) {
    return new Problem('invalid_request', { cause: error })
  }
  // A backend that is down or slow: whoever asks may try again, nothing that was promised is lost.
  request.log.warn({ err: error, request: request.id }, 'request failed')
  return new Problem('unavailable', { cause: error })
}
