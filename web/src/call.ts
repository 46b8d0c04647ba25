import type { ErrorCode } from '../../contract/errors.ts'

/** What became of a call: an answer, a coded refusal, or nothing at all (no network, or no answer in time). */
export type Answer<T> = { kind: 'ok'; status: number; body: T } | Refusal | { kind: 'lost' }

export interface Refusal {
  kind: 'refused'
  status: number
  code: ErrorCode
  /** From Retry-After; absent when the server named none. */
  retryAfterMs?: number
  /** With `not_open`: when the sale opens, ms since 1970. */
  opensAt?: number
}

const TIMEOUT_MS = 10_000

/** Reads Retry-After in seconds (all that Sluice sends) as ms. */
export function readRetryAfter(header: string | null): number | undefined {
  return header !== null && /^\d+$/.test(header) ? Number(header) * 1000 : undefined
}

/** Calls the API of this page's own origin. Never throws. */
export async function call<T>(
  method: string,
  path: string,
  body?: unknown,
  timeoutMs: number = TIMEOUT_MS,
): Promise<Answer<T>> {
  try {
    const response = await fetch(path, {
      method,
      cache: 'no-store',
      signal: AbortSignal.timeout(timeoutMs),
      ...(body === undefined
        ? {}
        : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    })
    if (response.status === 204) return { kind: 'ok', status: 204, body: undefined as T }
    // A cut or foreign body (a proxy's error page) must not break the page: it counts as "not available".
    const json = (await response.json().catch(() => undefined)) as Record<string, unknown> | undefined
    if (response.ok && json !== undefined) return { kind: 'ok', status: response.status, body: json as T }
    return refusal(response, json)
  } catch {
    return { kind: 'lost' }
  }
}

function refusal(response: Response, json: Record<string, unknown> | undefined): Refusal {
  const retryAfterMs = readRetryAfter(response.headers.get('retry-after'))
  return {
    kind: 'refused',
    status: response.status,
    code: typeof json?.code === 'string' ? (json.code as ErrorCode) : 'unavailable',
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(typeof json?.opensAt === 'number' ? { opensAt: json.opensAt } : {}),
  }
}
