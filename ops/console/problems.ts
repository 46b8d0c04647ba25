import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import type { FieldFault } from '../../contract/console/field-fault.ts'
import { Problem } from '../../contract/errors.ts'
import { problemOf, sendProblem } from '../../contract/send-problem.ts'
import { InputError } from '../actions/input-error.ts'

/** 400 `invalid_request` that says what is wrong with each field. */
export const fieldProblem = (fields: readonly FieldFault[]): Problem =>
  new Problem('invalid_request', {
    detail: fields.map(({ field, message }) => `${field} ${message}`).join('; '),
    extra: { fields },
  })

/** Answers an error: what is wrong with the request is said by field. */
export function sendError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (error instanceof InputError) return sendProblem(reply, inputProblem(error))
  if (error.validation) return sendProblem(reply, fieldProblem(error.validation.map(toField)))
  return sendProblem(reply, problemOf(error, request))
}

/** The command line's words for an option, `--opens-at must be …`, are those of the field opensAt here. */
function inputProblem(error: InputError): Problem {
  if (error.fields.length > 0) return fieldProblem(error.fields)
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
}: NonNullable<FastifyError['validation']>[number]): FieldFault {
  const field = instancePath.slice(1).replaceAll('/', '.')
  const { missingProperty, additionalProperty, allowedValues } = params as Record<string, string | string[]>
  const inner = (name: unknown) => (field === '' ? String(name) : `${field}.${name}`)
  if (keyword === 'required') return { field: inner(missingProperty), message: 'is missing' }
  if (keyword === 'additionalProperties')
    return { field: inner(additionalProperty), message: 'is not known here' }
  const allowed = Array.isArray(allowedValues) ? ` (${allowedValues.join(', ')})` : ''
  return { field: field || 'body', message: `${message}${allowed}` }
}
