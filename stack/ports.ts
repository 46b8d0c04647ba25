import { randomInt } from 'node:crypto'
import { createSocket, type Socket } from 'node:dgram'
import { createServer } from 'node:net'

/**
 * Below the ephemeral range (32768 and up on Linux): a port there could be taken by any outgoing connection while its
 * server restarts, and a client that redials such a port can even connect to itself.
 */
const LOWEST = 20_000
const HIGHEST = 32_000
const ATTEMPTS = 200
const HOST = '127.0.0.1'

/** What this process has claimed. */
const claims = new Map<number, Socket>()

/** True when nobody listens on this loopback port. */
export function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ port, host: HOST, exclusive: true }, () => server.close(() => resolve(true)))
  })
}

/**
 * A free loopback TCP port: the preferred one, else a random one. No other stack of this machine gets it until
 * `returnPort`, or until this process ends. Throws when none is free.
 */
export async function choosePort(preferred?: number): Promise<number> {
  if (preferred !== undefined && (await take(preferred))) return preferred
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const port = randomInt(LOWEST, HIGHEST)
    if (await take(port)) return port
  }
  throw new Error(`no free port found between ${LOWEST} and ${HIGHEST}`)
}

/** Gives a port back, once its server has ended. */
export function returnPort(port: number): void {
  claims.get(port)?.close()
  claims.delete(port)
}

/** Claimed before the check: else two processes, or two callers, may both find it free, and both choose it. */
async function take(port: number): Promise<boolean> {
  const claim = await claimPort(port)
  if (claim === undefined) return false
  claims.set(port, claim)
  const free = await isPortFree(port)
  if (!free) returnPort(port)
  return free
}

/**
 * A claim is the UDP port of the same number, which nothing of a stack needs. The system gives it to one process only,
 * whoever the user, in the same network (a container has its own) as the TCP port; and takes it back when the process
 * dies, however it dies. So there is no file to be left behind, and no claim of the dead.
 */
function claimPort(port: number): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4')
    socket.once('error', () => {
      socket.close()
      resolve(undefined)
    })
    // A claim keeps no process running.
    socket.bind({ port, address: HOST, exclusive: true }, () => resolve(socket.unref()))
  })
}
