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
type Paths = Record<string, Record<string, { responses: Record<string, Response> }>>

interface Document {
  paths: Paths
  components: {
    responses: Record<string, Response>
    schemas: Record<string, { properties: Record<string, { enum: string[] }> }>
  }
}

/** docs/openapi.yaml. */
export const document: Document = parse(await readFile(join(ROOT, 'docs', 'openapi.yaml'), 'utf8'))

const METHODS = ['get', 'post', 'put', 'patch', 'delete']

/** Every documented call, as `METHOD /path`, with its answers by status. */
export const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods)
    .filter(([method]) => METHODS.includes(method))
    .map(([method, { responses }]) => ({ name: `${method.toUpperCase()} ${path}`, responses })),
)

const ajv = new Ajv2020({ strict: false, allErrors: true })
ajv.addSchema(document, 'openapi')

/** Fails when the answer to this call is not as documented; gives its status and code, as `STATUS code`. */
export function checkAnswer(name: string, answer: Answer): string {
  const [method, path] = name.toLowerCase().split(' ') as [string, string]
  const status = String(answer.status)
  const response = document.paths[path]?.[method]?.responses[status]
  expect(response, `${name} answered ${status}: ${answer.text}`).toBeDefined()
  const schemas = schemasOf(response!, `#/paths/${escaped(path)}/${method}/responses/${status}`)
  const type = String(answer.headers['content-type'] ?? '').replace(/;.*/, '')
  if (Object.keys(schemas).length === 0) expect(answer.text).toBe('')
  else {
    expect(Object.keys(schemas)).toEqual([type])
    const validate = ajv.getSchema(schemas[type]!)!
    validate(answer.json)
    expect(validate.errors ?? [], `${name} ${status}: ${answer.text}`).toEqual([])
  }
  if (answer.status >= 400) {
    expect(response!['x-codes']).toContain(answer.json.code)
    expect(answer.json.status).toBe(answer.status)
  }
  if (answer.status === 429 || answer.status === 503)
    expect(answer.headers['retry-after']).toMatch(/^[1-9]\d*$/)
  return `${status} ${answer.status >= 400 ? answer.json.code : ''}`.trim()
}

/** Where the schemas of a response at this place of the document stand, by media type. */
function schemasOf(response: Response, at: string): Record<string, string> {
  const { content = {} } = response.$ref
    ? document.components.responses[response.$ref.split('/').at(-1)!]!
    : response
  return Object.fromEntries(
    Object.keys(content).map((type) => [
      type,
      encodeURI(`openapi${response.$ref ?? at}/content/${escaped(type)}/schema`),
    ]),
  )
}

/** As a step of a JSON pointer (RFC 6901). */
const escaped = (name: string) => name.replaceAll('~', '~0').replaceAll('/', '~1')
