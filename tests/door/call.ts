import { request } from 'node:http'
import { connect } from 'node:net'
import { SignJWT } from 'jose'

export interface Answer {
  status: number
  headers: Record<string, string | string[] | undefined>
  text: string
  bytes: Buffer
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape
  json: any
}

/** One HTTP call to 127.0.0.1 on a connection of its own. Headers as a list may hold a name twice. */
export function call(
  port: number,
  method: string,
  path: string,
  options: { headers?: Record<string, string> | string[]; body?: string } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = options.headers ?? {}
    const outgoing = request({ host: '127.0.0.1', port, method, path, agent: false, timeout: 10_000 })
    if (Array.isArray(headers)) {
      for (let i = 0; i < headers.length; i += 2) outgoing.appendHeader(headers[i]!, headers[i + 1]!)
    } else {
      for (const [name, value] of Object.entries(headers)) outgoing.setHeader(name, value)
    }
    outgoing.on('response', (incoming) => {
      const chunks: Buffer[] = []
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
      incoming.on('end', () => {
        const bytes = Buffer.concat(chunks)
        const text = bytes.toString()
        const json =
          /json/.test(incoming.headers['content-type'] ?? '') && text !== '' ? JSON.parse(text) : undefined
        resolve({ status: incoming.statusCode!, headers: incoming.headers, text, bytes, json })
      })
    })
    outgoing.on('timeout', () => outgoing.destroy(new Error('no answer in 10 s')))
    outgoing.on('error', reject)
    outgoing.end(options.body)
  })
}

/** A click on "buy": the join with a JSON body. */
export const click = (port: number, sale: number | string, token?: string): Promise<Answer> =>
  call(port, 'POST', `/api/sales/${sale}/orders`, {
    headers: {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: '{}',
  })

/** Sends bytes as they are, with a pause between the parts; returns all that comes back within a second, or until the end. */
export function sendRaw(port: number, parts: string[], pauseMs = 0): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', async () => {
      for (const part of parts) {
        socket.write(part)
        await pause(pauseMs)
      }
    })
    let answer = ''
    const done = () => {
      clearTimeout(timer)
      socket.destroy()
      resolve(answer)
    }
    const timer = setTimeout(done, 1000)
    socket.on('data', (chunk) => {
      answer += chunk.toString()
    })
    socket.on('close', done)
    socket.on('error', reject)
  })
}

/** A token as the shop gives it, good for `ttlS` seconds. */
export const tokenOf = (sub: string, secret: string, ttlS = 600): Promise<string> =>
  new SignJWT({})
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(sub)
    .setExpirationTime(Math.floor(Date.now() / 1000) + ttlS)
    .sign(new TextEncoder().encode(secret))

/** Waits until `probe` is true; an exception of the probe counts as "not yet" until time is up, and is then thrown. */
export async function eventually(probe: () => Promise<boolean>, withinMs = 30_000): Promise<void> {
  for (const started = Date.now(); ; ) {
    const outcome = await probe().catch((error: unknown) => error)
    if (outcome === true) return
    if (Date.now() - started > withinMs)
      throw outcome instanceof Error ? outcome : new Error('it did not happen in time')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/**
 * What an attempt gave that took less than `ms`; a slower one is made again, after as long. What is promised of a span of
 * time can not be seen by a test that a busy machine held up for longer.
 */
export async function within<T>(ms: number, attempt: () => Promise<T>): Promise<T> {
  for (;;) {
    const began = performance.now()
    const seen = await attempt()
    if (performance.now() - began < ms) return seen
    await pause(ms)
  }
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
