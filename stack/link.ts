import { connect, createServer, type Socket } from 'node:net'

/** A TCP link that can be made bad: every connection through it is ours to cut, and every reply ours to keep. */
export interface Link {
  port: number
  /** Cuts every connection and refuses new ones until `heal`. Gives how many had asked something and not been answered. */
  cut(): number
  /** Connections that were refused since the last `cut`. */
  refused(): number
  /** Lets everything through to the server and nothing back, until `heal`. */
  withhold(): void
  /** What came back and was kept, in pieces, since the last `withhold`. */
  withheld(): number
  /**
   * What goes to the server goes through so slowly, all connections together, in its order, until `heal`: a server that
   * works more slowly the more it is given. Each piece comes `lateMs` later besides.
   */
  slow(to: { bytesPerSecond: number; lateMs?: number }): void
  /** Works again. What lost replies is cut, since what follows would make no sense. */
  heal(): void
  close(): Promise<void>
}

interface Pair {
  client: Socket
  server: Socket
  /** The client has sent something since the server last did. */
  asked: boolean
  robbed: boolean
  /** On its way to the server, with the time at which it is there; in order. */
  late: { part: Buffer; at: number }[]
}

/** Opens a link from a free loopback port to `target`, another one. */
export async function openLink(target: number): Promise<Link> {
  const pairs = new Set<Pair>()
  let mode: 'good' | 'cut' | 'withheld' = 'good'
  let slowness: { bytesPerSecond: number; lateMs?: number } | undefined
  let busyUntil = 0
  let kept = 0
  let refused = 0

  const end = (pair: Pair): void => {
    pairs.delete(pair)
    pair.client.destroy()
    pair.server.destroy()
  }

  const pass = ({ client, server }: Pair, part: Buffer): void => {
    if (!server.write(part)) client.pause()
  }

  const delay = (pair: Pair, part: Buffer): void => {
    const now = performance.now()
    const { bytesPerSecond, lateMs = 0 } = slowness ?? { bytesPerSecond: Number.POSITIVE_INFINITY }
    busyUntil = Math.max(now, busyUntil) + (part.length * 1_000) / bytesPerSecond
    const at = Math.max(busyUntil + lateMs, pair.late.at(-1)?.at ?? 0)
    pair.late.push({ part, at })
    if (pair.late.length === 1) passLate(pair)
  }

  /** The first in the queue, at its time, then those behind it. */
  const passLate = (pair: Pair): void => {
    const [first] = pair.late
    if (first === undefined || !pairs.has(pair)) return
    const wait = first.at - performance.now()
    if (wait > 0) {
      setTimeout(() => passLate(pair), wait)
      return
    }
    pair.late.shift()
    pass(pair, first.part)
    passLate(pair)
  }

  const listener = createServer((client) => {
    if (mode === 'cut') {
      refused++
      client.destroy()
      return
    }
    const pair: Pair = { client, server: connect(target, '127.0.0.1'), asked: false, robbed: false, late: [] }
    const { server } = pair
    pairs.add(pair)
    client.setNoDelay(true)
    server.setNoDelay(true)
    client.on('data', (part) => {
      pair.asked = true
      // What comes after something that is still on its way may not overtake it.
      if (slowness !== undefined || pair.late.length > 0) delay(pair, part)
      else pass(pair, part)
    })
    server.on('drain', () => client.resume())
    server.on('data', (part) => {
      pair.asked = false
      if (mode === 'withheld' || pair.robbed) {
        pair.robbed = true
        kept++
      } else if (!client.write(part)) server.pause()
    })
    client.on('drain', () => server.resume())
    for (const socket of [client, server]) {
      socket.on('error', () => end(pair))
      socket.on('close', () => end(pair))
    }
  })
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  const { port } = listener.address() as { port: number }

  return {
    port,
    cut() {
      mode = 'cut'
      refused = 0
      const asking = [...pairs].filter((pair) => pair.asked).length
      for (const pair of [...pairs]) end(pair)
      return asking
    },
    refused: () => refused,
    withhold() {
      mode = 'withheld'
      kept = 0
    },
    withheld: () => kept,
    slow(to) {
      slowness = to
    },
    heal() {
      mode = 'good'
      slowness = undefined
      busyUntil = 0
      for (const pair of [...pairs]) if (pair.robbed) end(pair)
    },
    close() {
      for (const pair of [...pairs]) end(pair)
      return new Promise((resolve) => listener.close(() => resolve()))
    },
  }
}
