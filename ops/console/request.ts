import { Type } from 'typebox'
import { Problem } from '../../contract/errors.ts'
import { fieldProblem } from './problems.ts'

/** A sale's ID as it stands in an address; anything else names no sale. */
export function saleIdOf(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new Problem('unknown_sale')
  return Number(text)
}

/** A whole number of a query, 1 or more; undefined where it is left out. Throws Problem by field. */
export function wholeOf(query: Record<string, string | undefined>, field: string): number | undefined {
  const text = query[field]
  if (text === undefined || text === '') return undefined
  if (!/^[1-9]\d{0,14}$/.test(text)) {
    throw fieldProblem([{ field, message: 'must be a whole number, 1 or more' }])
  }
  return Number(text)
}

/** `:id` of an address. */
export const saleParams = Type.Object({ id: Type.String() })

/** The version of a sale that whoever asks has seen. */
export const version = Type.Integer({ minimum: 1 })

export const reason = Type.String({ maxLength: 500 })

/** A body: what is not named in it is refused. */
export const body = <T extends Parameters<typeof Type.Object>[0]>(properties: T) =>
  Type.Object(properties, { additionalProperties: false })
