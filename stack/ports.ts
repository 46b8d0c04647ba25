import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

/**
 * Below the ephemeral range (32768 and up on Linux): a port there could be taken by any outgoing connection while its
 * server restarts, and a client that redials such a port can even connect to itself.
 */
const LOWEST = 20_000
const HIGHEST = 32_000
const ATTEMPTS = 200

/** Ports given out by this process, so that two stacks that start together never get the same one. */
const given = new Set<number>()

/** True when nobody listens on this loopback port. */
export function isPortFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)))
  })
}

/** A free loopback TCP port: the preferred one, else a random one. Throws when none is free. */
export async function choosePort(preferred?: number, host = '127.0.0.1'): Promise<number> {
  if (preferred !== undefined && (await take(preferred, host))) return preferred
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const port = randomInt(LOWEST, HIGHEST)
    if (await take(port, host)) return port
  }
  throw new Error(`no free port found between ${LOWEST} and ${HIGHEST}`)
}

/** Gives a port back, once its server has ended. */
export const returnPort = (port: number): boolean => given.delete(port)

async function take(port: number, host: string): Promise<boolean> {
  if (given.has(port)) return false
  // Reserved before the check, which waits: a second caller must not pass in between.
  given.add(port)
  const free = await isPortFree(port, host)
  if (!free) given.delete(port)
  return free
}
