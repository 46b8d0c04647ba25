import { randomBytes } from 'node:crypto'

/**
 * The ID of a request: 32 hex digits, made by nginx for each one ($request_id), whatever a client calls it. It goes with
 * a click to its order's row: in the log lines of every process (`request`, or `requests`: by ticket number), in Redis,
 * in the headers of its message, in `orders.request_id`.
 */
const REQUEST_PATTERN = '^[0-9a-f]{32}$'

const request = new RegExp(REQUEST_PATTERN)

export const isRequest = (value: unknown): value is string => typeof value === 'string' && request.test(value)

/** The ID that nginx's header names; a new one where that is none, since it goes into logs, Redis and MySQL. */
export const requestOf = (header: unknown): string =>
  isRequest(header) ? header : randomBytes(16).toString('hex')

/** As Redis keeps it, in 22 characters (lua/redis/parts/requests.lua); '' where there is none. */
export const packRequest = (id: string | undefined): string =>
  id === undefined ? '' : Buffer.from(id, 'hex').toString('base64url')

export function unpackRequest(packed: string): string | undefined {
  const id = Buffer.from(packed, 'base64url').toString('hex')
  return isRequest(id) ? id : undefined
}

/** What the log says of many tickets in one line: their requests by number. Those without one are named too. */
export const requestsByNumber = (tickets: { number: number; request?: string | undefined }[]) =>
  Object.fromEntries(tickets.map(({ number, request }) => [number, request ?? '']))
