import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect } from 'vitest'
import { parse } from 'yaml'
import type { ErrorCode } from '../../contract/errors.ts'
import { ROOT } from '../../platform/root.ts'
import type { Answer } from '../door/call.ts'

interface Response {
  $ref?: string
  /** The codes of a refusal with this status. */
  'x-codes'?: ErrorCode[]
  content?: Record<string, unknown>
}
interface BodySchema {
  required?: string[]
  properties?: Record<string, unknown>
}
type Paths = Record<string, Record<string, Omit<Operation, 'name'>>>

interface Document {
  paths: Paths
  components: {
    responses: Record<string, Response>
    schemas: Record<string, { properties: Record<string, { enum: string[] }> }>
  }
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete']

interface Operation {
  /** `METHOD /path`. */
  name: string
  responses: Record<string, Response>
  requestBody?: { content: Record<string, { schema: BodySchema }> }
  /** `any`: also who may only look. */
  'x-role'?: 'any'
}

/** One of docs/, and what compares answers with it. */
export async function openDocument(file: string) {
  const document: Document = parse(await readFile(join(ROOT, 'docs', file), 'utf8'))

  /** Every documented call with its answers by status. */
  const operations: Operation[] = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([method]) => METHODS.includes(method))
      .map(([method, operation]) => ({ ...operation, name: `${method.toUpperCase()} ${path}` })),
  )

  const ajv = new Ajv2020({ strict: false, allErrors: true })
  ajv.addSchema(document, 'openapi')

  const resolve = (response: Response): Response =>
    response.$ref
      ? { ...document.components.responses[response.$ref.split('/').at(-1)!]!, ...response }
      : response

  /** Where the schemas of a response at this place of the document stand, by media type. */
  const schemasOf = (response: Response, at: string): Record<string, string> =>
    Object.fromEntries(
      Object.keys(response.content ?? {}).map((type) => [
        type,
        encodeURI(`openapi${response.$ref ?? at}/content/${escaped(type)}/schema`),
      ]),
    )

  /** Fails when the answer to this call is not as documented; gives its status and code, as `STATUS code`. */
  function checkAnswer(name: string, answer: Pick<Answer, 'status' | 'headers' | 'text' | 'json'>): string {
    const [method, path] = [name.split(' ')[0]!.toLowerCase(), name.split(' ')[1]!]
    const status = String(answer.status)
    const found = document.paths[path]?.[method]?.responses[status]
    expect(found, `${name} answered ${status}: ${answer.text}`).toBeDefined()
    const response = resolve(found!)
    const schemas = schemasOf(response, `#/paths/${escaped(path)}/${method}/responses/${status}`)
    const type = String(answer.headers['content-type'] ?? '').replace(/;.*/, '')
    if (Object.keys(schemas).length === 0) expect(answer.text).toBe('')
    else {
      expect(Object.keys(schemas)).toEqual([type])
      const validate = ajv.getSchema(schemas[type]!)!
      validate(type.includes('json') ? answer.json : answer.text)
      expect(validate.errors ?? [], `${name} ${status}: ${answer.text}`).toEqual([])
    }
    if (answer.status >= 400) {
      expect(response['x-codes']).toContain(answer.json.code)
      expect(answer.json.status).toBe(answer.status)
    }
    if (answer.status === 429 || answer.status === 503)
      expect(answer.headers['retry-after']).toMatch(/^[1-9]\d*$/)
    return `${status} ${answer.status >= 400 ? answer.json.code : ''}`.trim()
  }

  return { document, operations, checkAnswer }
}

/** As a step of a JSON pointer (RFC 6901). */
const escaped = (name: string) => name.replaceAll('~', '~0').replaceAll('/', '~1')
