import { connect, createServer, type Socket } from 'node:net'

/** A TCP link to a server, with a wire in it: whoever sends some words through it trips over. */
export interface Tripwire {
  port: number
  /**
   * When all of `words` have been sent, one after the other, `bite` is called: `before` the server has got the last one,
   * or `after` it has answered, with the answer kept back. Resolves when it has.
   */
  arm(words: string[], when: 'before' | 'after', bite: () => void): Promise<void>
  close(): Promise<void>
}

/** Opens a link from a free loopback port to `target`, another one. */
export async function openTripwire(target: number): Promise<Tripwire> {
  const sockets = new Set<Socket>()
  let wire: { words: string[]; when: 'before' | 'after'; bite: () => void } | undefined

  const listener = createServer((client) => {
    const server = connect(target, '127.0.0.1')
    let bitten: (() => void) | undefined
    client.on('data', (part) => {
      if (wire && part.includes(wire.words[0]!)) {
        wire.words.shift()
        if (wire.words.length === 0) {
          const { when, bite } = wire
          wire = undefined
          if (when === 'before') return bite()
          bitten = bite
        }
      }
      server.write(part)
    })
    server.on('data', (part) => {
      if (bitten) bitten()
      else client.write(part)
    })
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      sockets.add(socket)
      socket.setNoDelay(true)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        sockets.delete(socket)
        other.destroy()
      })
    }
  })
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  return {
    port: (listener.address() as { port: number }).port,
    arm: (words, when, bite) =>
      new Promise((resolve) => {
        wire = {
          ...{ words: [...words], when },
          bite: () => {
            bite()
            resolve()
          },
        }
      }),
    close() {
      for (const socket of sockets) socket.destroy()
      return new Promise((resolve) => listener.close(() => resolve()))
    },
  }
}
