import { connect, type Socket } from 'node:net'

export interface RawAnswer {
  status: number
  head: string
  body: string
}

/**
 * Sends bytes as they are and gives all answers until the other side closes, or until nothing has come for `quietMs`.
 * Text is sent as latin1, one byte a character. `from` is the address to come from.
 */
export function exchange(
  port: number,
  bytes: string | Buffer,
  { quietMs = 700, from = '127.0.0.1' }: { quietMs?: number; from?: string } = {},
): Promise<RawAnswer[]> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', localAddress: from })
    const chunks: Buffer[] = []
    let timer: NodeJS.Timeout
    const done = () => {
      clearTimeout(timer)
      socket.destroy()
      resolve(answersIn(Buffer.concat(chunks).toString('latin1')))
    }
    // The first answer may take long on a busy machine; more of them follow at once.
    const wait = (ms: number) => {
      clearTimeout(timer)
      timer = setTimeout(done, ms)
    }
    wait(Math.max(3_000, quietMs))
    socket.on('connect', () => socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes))
    socket.on('data', (chunk) => {
      chunks.push(chunk)
      wait(quietMs)
    })
    socket.on('close', done)
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNRESET' || error.code === 'EPIPE') done()
      else reject(error)
    })
  })
}

/** Takes the answers on one connection apart, by their Content-Length or chunks. */
function answersIn(text: string): RawAnswer[] {
  const answers: RawAnswer[] = []
  for (let rest = text; rest !== ''; ) {
    const end = rest.indexOf('\r\n\r\n')
    const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(rest)?.[1])
    if (end < 0 || Number.isNaN(status)) {
      // What is no HTTP answer (HTTP/0.9, a cut one) counts as one with status 0.
      answers.push({ status: 0, head: '', body: rest })
      break
    }
    const head = rest.slice(0, end)
    const after = rest.slice(end + 4)
    const length = Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? Number.NaN)
    const chunked = /^transfer-encoding: chunked/im.test(head)
    const size = Number.isNaN(length)
      ? chunked
        ? after.indexOf('0\r\n\r\n') + 5
        : status < 200 || status === 204
          ? 0
          : after.length
      : length
    answers.push({ status, head, body: after.slice(0, size) })
    rest = after.slice(size)
  }
  return answers
}

/** A connection that is kept; `closed` tells when the other side has ended it, in ms since it was opened. */
export interface Held {
  socket: Socket
  closed: () => number | undefined
  received: () => string
}

/** Opens a connection and leaves it to the caller. `reads: false` never takes what comes. */
export function hold(port: number, first: string, { reads = true } = {}): Promise<Held> {
  return new Promise((resolve, reject) => {
    const began = Date.now()
    const socket = connect(port, '127.0.0.1')
    let closedAfter: number | undefined
    let received = ''
    const ended = () => {
      closedAfter ??= Date.now() - began
    }
    if (reads) {
      socket.on('data', (chunk) => {
        received += chunk.toString('latin1')
      })
    } else socket.pause()
    socket.on('end', ended)
    socket.on('close', ended)
    socket.on('error', (error) => {
      if (socket.connecting) reject(error)
      ended()
    })
    socket.on('connect', () => {
      if (first !== '') socket.write(first)
      resolve({ socket, closed: () => closedAfter, received: () => received })
    })
  })
}
