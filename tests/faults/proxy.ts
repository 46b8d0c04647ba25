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
}

/** Opens a link from a free loopback port to `target`, another one. */
export async function openLink(target: number): Promise<Link> {
  const pairs = new Set<Pair>()
  let mode: 'good' | 'cut' | 'withheld' = 'good'
  let kept = 0
  let refused = 0

  const end = (pair: Pair): void => {
    pairs.delete(pair)
    pair.client.destroy()
    pair.server.destroy()
  }

  const listener = createServer((client) => {
    if (mode === 'cut') {
      refused++
      client.destroy()
      return
    }
    const pair: Pair = { client, server: connect(target, '127.0.0.1'), asked: false, robbed: false }
    const { server } = pair
    pairs.add(pair)
    client.setNoDelay(true)
    server.setNoDelay(true)
    client.on('data', (part) => {
      pair.asked = true
      if (!server.write(part)) client.pause()
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
    heal() {
      mode = 'good'
      for (const pair of [...pairs]) if (pair.robbed) end(pair)
    },
    close() {
      for (const pair of [...pairs]) end(pair)
      return new Promise((resolve) => listener.close(() => resolve()))
    },
  }
}
