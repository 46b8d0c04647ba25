import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { type AnyErrorCode, Problem } from '../../contract/errors.ts'
import { InputError } from '../actions/input-error.ts'

/** What is wrong with one field of a request. */
export interface FieldError {
  field: string
  message: string
}

/** 400 `invalid_request` that says what is wrong with each field. */
export const fieldProblem = (fields: FieldError[]): Problem =>
  new Problem('invalid_request', {
    detail: fields.map(({ field, message }) => `${field} ${message}`).join('; '),
    extra: { fields },
  })

/** Answers an error as RFC 9457 problem+json. */
export function sendProblem(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const problem = toProblem(error, request)
  if (problem.retryAfterS !== undefined) reply.header('retry-after', problem.retryAfterS)
  return (
    reply
      .code(problem.status)
      .type('application/problem+json')
      .header('cache-control', 'no-store')
      // As bytes: to JSON that it writes itself Fastify adds a charset, which JSON does not have.
      .send(Buffer.from(JSON.stringify(problem.toBody())))
  )
}

const FASTIFY_CODES: Record<string, AnyErrorCode> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'too_large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported_type',
}

function toProblem(error: FastifyError, request: FastifyRequest): Problem {
  if (error instanceof Problem) return error
  if (error instanceof InputError) return inputProblem(error)
  const known = FASTIFY_CODES[error.code]
  if (known) return new Problem(known, { cause: error })
  if (error.validation) return fieldProblem(error.validation.map(toField))
  if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500) {
    return new Problem('invalid_request', { cause: error })
  }
  request.log.warn({ err: error, request: request.id }, 'request failed')
  return new Problem('unavailable', { cause: error })
}

/** The command line's words for an option, `--opens-at must be …`, are those of the field opensAt here. */
function inputProblem(error: InputError): Problem {
  if (error.fields.length > 0) return fieldProblem([...error.fields])
  if (error.fields.length > 0) return fieldProblem([...error.fields])
  const [, option, message] = /^--([\w-]+):? (.*)$/s.exec(error.message) ?? []
  if (option === undefined || message === undefined) {
    return new Problem('invalid_request', { detail: error.message })
  }
  const field = option.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
  return fieldProblem([{ field, message }])
}

function toField({
  instancePath,
  keyword,
  params,
  message = 'is not valid',
}: NonNullable<FastifyError['validation']>[number]): FieldError {
  const field = instancePath.slice(1).replaceAll('/', '.')
  const { missingProperty, additionalProperty, allowedValues } = params as Record<string, string | string[]>
  const inner = (name: unknown) => (field === '' ? String(name) : `${field}.${name}`)
  if (keyword === 'required') return { field: inner(missingProperty), message: 'is missing' }
  if (keyword === 'additionalProperties')
    return { field: inner(additionalProperty), message: 'is not known here' }
  const allowed = Array.isArray(allowedValues) ? ` (${allowedValues.join(', ')})` : ''
  return { field: field || 'body', message: `${message}${allowed}` }
}
