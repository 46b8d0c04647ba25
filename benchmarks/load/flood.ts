import { connect, type Socket } from 'node:net'
import type { ClickOrder } from './click-order.ts'
import { readAnswers } from './read-answers.ts'
import type { Tally } from './tally.ts'
import { tokenOf } from './token-of.ts'

/** Requests as they go over the wire, in one piece of memory; request i begins at `starts[i]`. */
export interface PackedRequests {
  bytes: Buffer
  starts: Float64Array
  count: number
}

/** A part of the packed requests. */
interface Part {
  from: number
  count: number
}

const BODY = '{}'
const READ_BYTES = 65_536
/** Room for a token that is longer than the first one: its buyer's number grows. */
const SLACK = 32
/** So many connections that break off without a single answer: nobody is there. */
const IDLE_BREAKS_MOST = 200

/** Writes and signs every request of a flood before its clock runs (about 8 µs each, about 300 bytes). */
export function packRequests(order: ClickOrder): PackedRequests {
  const count = order.tokens ?? order.buyers.count
  const post = order.method === 'POST'
  const head = `${order.method} ${order.path} HTTP/1.1\r\nHost: ${new URL(order.origin).host}\r\n${
    post ? `Content-Type: application/json\r\nContent-Length: ${BODY.length}\r\n` : ''
  }`
  const write = (nth: number): string => {
    const token = tokenOf(order, nth)
    return `${head}${token === undefined ? '' : `Authorization: Bearer ${token}\r\n`}\r\n${post ? BODY : ''}`
  }
  const bytes = Buffer.allocUnsafe(count * (write(0).length + SLACK))
  const starts = new Float64Array(count + 1)
  let at = 0
  for (let i = 0; i < count; i++) {
    starts[i] = at
    at += bytes.write(write(i), at, 'latin1')
  }
  starts[count] = at
  return { bytes, starts, count }
}

/**
 * Sends packed requests as fast as they are answered, each connection with `pipelining` of them on the wire: in turn
 * until `requests` are answered, or for `forMs`. What a connection leaves unanswered is sent over another one.
 */
export async function runFlood(order: ClickOrder, packed: PackedRequests, tally: Tally): Promise<void> {
  const { hostname, port } = new URL(order.origin)
  const { report } = tally
  const total = order.forMs === undefined ? order.requests : Number.POSITIVE_INFINITY
  const until = order.forMs === undefined ? Number.POSITIVE_INFINITY : Date.now() + order.forMs
  const again: Part[] = []
  let next = 0
  let idleBreaks = 0

  /** Up to `wanted` requests that lie side by side. */
  const take = (wanted: number): Part | undefined => {
    const left = again.pop()
    if (left) {
      if (left.count > wanted) again.push({ from: left.from + wanted, count: left.count - wanted })
      return { from: left.from, count: Math.min(left.count, wanted) }
    }
    const from = next % packed.count
    const count = Math.min(wanted, total - next, packed.count - from)
    if (count <= 0 || Date.now() >= until) return undefined
    next += count
    return { from, count }
  }

  const openOne = (done: () => void): void => {
    const wire: Part[] = []
    let waiting = 0
    let answers = 0
    const fill = (socket: Socket): void => {
      while (waiting < (order.pipelining ?? 1)) {
        const part = take((order.pipelining ?? 1) - waiting)
        if (!part) break
        wire.push(part)
        waiting += part.count
        socket.write(packed.bytes.subarray(packed.starts[part.from], packed.starts[part.from + part.count]))
      }
      if (waiting === 0) socket.destroy()
    }
    const answered = (count: number): void => {
      answers += count
      waiting -= count
      tally.answered += count
      report.lastAt = Date.now()
      for (let rest = count; rest > 0; ) {
        const [first] = wire
        const served = Math.min(rest, first!.count)
        first!.from += served
        first!.count -= served
        rest -= served
        if (first!.count === 0) wire.shift()
      }
    }
    const read = readAnswers(tally, order.keepAccepted ?? false)
    const socket: Socket = connect({
      host: hostname,
      port: Number(port),
      noDelay: true,
      onread: {
        buffer: Buffer.allocUnsafe(READ_BYTES),
        callback: (bytes, buffer) => {
          const count = read((buffer as Buffer).toString('latin1', 0, bytes))
          if (count > 0) {
            answered(count)
            fill(socket)
          }
          return true
        },
      },
    })
    socket.once('connect', () => fill(socket))
    socket.on('error', (error) => {
      report.failure ??= error.message
    })
    socket.once('close', () => {
      idleBreaks = answers > 0 ? 0 : idleBreaks + 1
      if (idleBreaks > IDLE_BREAKS_MOST) report.failed += waiting
      else again.push(...wire)
      const more = again.length > 0 || (next < total && Date.now() < until)
      if (more && idleBreaks <= IDLE_BREAKS_MOST) openOne(done)
      else done()
    })
  }

  tally.sent()
  const connections = Math.min(order.connections, total)
  await Promise.all(Array.from({ length: connections }, () => new Promise<void>((done) => openOne(done))))
  report.requests = tally.answered
  if (order.forMs === undefined) report.failed = total - tally.answered
}
