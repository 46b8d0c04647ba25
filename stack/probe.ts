import { connect } from 'node:net'

/**
 * True when a server on this loopback port says `expect` within `withinMs`, after `send` was sent to it.
 * Asks for a real answer, because a port that accepts is not yet a server that works.
 */
export function answers(port: number, expect: string, send = '', withinMs = 2000): Promise<boolean> {
  return new Promise((resolve) => {
    let heard = ''
    const socket = connect({ port, host: '127.0.0.1' })
    const end = (result: boolean) => {
      socket.destroy()
      resolve(result)
    }
    socket.setTimeout(withinMs, () => end(false))
    socket.once('connect', () => socket.write(send))
    socket.on('data', (part) => {
      heard += part.toString('latin1')
      if (heard.includes(expect)) end(true)
    })
    socket.once('error', () => end(false))
    socket.once('close', () => resolve(false))
  })
}

/** True when GET of this path answers with the status on a loopback port. */
export const answersHttp = (port: number, path: string, expect = 'HTTP/1.1 200'): Promise<boolean> =>
  answers(port, expect, `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n`)
