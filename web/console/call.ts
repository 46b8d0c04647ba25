import type { FieldFault } from '../../contract/console/field-fault.ts'
import { found, lost } from './connection.ts'
import { session } from './session.ts'

/** A refusal of the API (RFC 9457): `code` as in contract/errors.ts. `detail` is a sentence for people. */
export class Refused extends Error {
  readonly status: number
  readonly code: string
  readonly fields: FieldFault[]
  /** Every member of the problem, such as what a conflict names. */
  readonly body: Record<string, unknown>

  constructor(status: number, body: Record<string, unknown>) {
    super(String(body.detail ?? body.title ?? `The console answered ${status}.`))
    this.status = status
    this.code = typeof body.code === 'string' ? body.code : 'unavailable'
    this.fields = Array.isArray(body.fields) ? (body.fields as FieldFault[]) : []
    this.body = body
  }

  /** What is said of this field, or undefined. */
  field(name: string): string | undefined {
    return this.fields.find(({ field }) => field === name)?.message
  }
}

/** Nobody answered: the network, nginx or the console is away. A change may have been made all the same. */
export class Lost extends Error {
  constructor() {
    super('The console does not answer.')
  }
}

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'

const TIMEOUT_MS = 15_000

/**
 * Calls the console's API. `path` begins with `/api/`. A `body` that is a string is sent as text/csv, anything else as
 * JSON. Throws {@link Refused} or {@link Lost}; a session that is over brings the sign-in back.
 */
export async function call<T>(
  method: Method,
  path: string,
  body?: unknown,
  options: { timeoutMs?: number } = {},
): Promise<T> {
  const headers: Record<string, string> = { accept: 'application/json' }
  const token = session.get()?.csrf
  if (method !== 'GET' && token !== undefined) headers['x-csrf-token'] = token
  if (body !== undefined) headers['content-type'] = typeof body === 'string' ? 'text/csv' : 'application/json'
  const response = await fetch(path, {
    method,
    headers,
    cache: 'no-store',
    signal: AbortSignal.timeout(options.timeoutMs ?? TIMEOUT_MS),
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  }).catch(() => undefined)
  if (response === undefined) throw away()
  const text = await response.text().catch(() => undefined)
  if (text === undefined) throw away()
  const json = parse(text)
  if (isAway(response.status, json)) throw away()
  found()
  if (response.ok) return json as T
  if (response.status === 401 && session.get() !== undefined) session.end()
  throw new Refused(response.status, (json ?? {}) as Record<string, unknown>)
}

function away(): Lost {
  lost()
  return new Lost()
}

/** nginx answers for a console that is away; a page of its own, or of a proxy, is no answer of the console either. */
const isAway = (status: number, json: unknown): boolean =>
  status === 502 ||
  status === 504 ||
  (status === 503 && ((json as { code?: string } | undefined)?.code ?? 'unavailable') === 'unavailable')

function parse(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}

/** What to say of anything that was thrown. */
export const reasonOf = (error: unknown): string =>
  error instanceof Error ? error.message : 'Something went wrong.'
