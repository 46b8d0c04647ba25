import { X509Certificate } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { type ClientHttp2Session, connect as connectHttp2, constants } from 'node:http2'
import { request } from 'node:https'
import { connect, type SecureVersion, type TLSSocket } from 'node:tls'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { call, tokenOf } from './call.ts'
import { JWT_SECRET, type LentDoor, lendDoor } from './lend-door.ts'
import { ticketOf } from './ticket-of.ts'

let door: LentDoor
let ca: string
let port: number
beforeAll(async () => {
  door = await lendDoor({ tls: true })
  port = door.tls!.port
  ca = await readFile(door.tls!.cert, 'utf8')
})
afterAll(() => door.stop())

/** One HTTP/1.1 call over TLS, the certificate checked against this name. */
const callTls = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  new Promise<{ status: number; headers: Record<string, unknown> }>((resolve, reject) => {
    const servername = 'flash.localhost'
    request({ host: '127.0.0.1', port, path, method, ca, servername, headers, agent: false }, (incoming) => {
      incoming.resume()
      resolve({ status: incoming.statusCode!, headers: incoming.headers })
    })
      .on('error', reject)
      .end()
  })

/** A handshake; the socket is open. */
const shake = (options: object = {}) =>
  new Promise<TLSSocket>((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, ca, servername: 'flash.localhost', ...options })
    socket.once('secureConnect', () => resolve(socket))
    socket.once('error', reject)
  })

const openHttp2 = () =>
  new Promise<ClientHttp2Session>((resolve, reject) => {
    const session = connectHttp2(`https://127.0.0.1:${port}`, { ca })
    session.once('error', reject)
    session.once('remoteSettings', () => resolve(session))
  })

test('HTTP/2, by the names of the certificate', async () => {
  for (const servername of ['flash.localhost', 'shop.localhost', 'ops.localhost']) {
    const socket = await shake({ servername, ALPNProtocols: ['h2', 'http/1.1'] })
    expect([socket.authorized, socket.alpnProtocol]).toEqual([true, 'h2'])
    socket.destroy()
  }
  await expect(shake({ servername: 'evil.localhost' })).rejects.toThrow(/altnames/)
  const session = await openHttp2()
  const status = await new Promise((resolve) =>
    session.request({ ':path': '/api/time' }).once('response', (headers) => resolve(headers[':status'])),
  )
  expect(status).toBe(200)
  session.close()
})

test('browsers are told to come by TLS only, and only over TLS', async () => {
  for (const path of ['/api/nothing', '/nothing']) {
    expect((await callTls(path)).headers['strict-transport-security']).toBe('max-age=31536000')
    expect((await call(door.flash, 'GET', path)).headers).not.toHaveProperty('strict-transport-security')
  }
})

test.each<[string, SecureVersion, string | undefined]>([
  ['TLS 1.0', 'TLSv1', undefined],
  ['TLS 1.1', 'TLSv1.1', undefined],
  ['a cipher without forward secrecy', 'TLSv1.2', 'AES128-GCM-SHA256'],
  ['a cipher that does not authenticate what it encrypts', 'TLSv1.2', 'ECDHE-ECDSA-AES128-SHA'],
])('%s is refused', async (_, version, ciphers) => {
  // Our own side must be willing, or its refusal would be measured.
  const weak = { minVersion: version, maxVersion: version, ciphers: `${ciphers ?? 'ALL'}:@SECLEVEL=0` }
  await expect(shake(weak)).rejects.toThrow(/alert|EPROTO|ECONNRESET/)
})

test('a session is resumed without a full handshake', async () => {
  const first = await shake({ maxVersion: 'TLSv1.2' })
  const session = first.getSession()!
  expect(first.isSessionReused()).toBe(false)
  first.destroy()
  const second = await shake({ maxVersion: 'TLSv1.2', session })
  expect(second.isSessionReused()).toBe(true)
  second.destroy()
})

test('the gateway learns how the buyer came', async () => {
  const authorization = `Bearer ${await tokenOf('anna', JWT_SECRET)}`
  const { arrived } = door.gateways[0]!
  await callTls('/api/orders', { authorization, 'x-forwarded-proto': 'http' })
  expect(arrived.at(-1)!.headers['x-forwarded-proto']).toBe('https')
  await call(door.flash, 'GET', '/api/orders', { headers: { authorization, 'x-forwarded-proto': 'https' } })
  expect(arrived.at(-1)!.headers['x-forwarded-proto']).toBe('http')
})

test('a page that came without TLS changes nothing over TLS', async () => {
  const host = `flash.localhost:${port}`
  const cookie = `flash_token=${await tokenOf('bert', JWT_SECRET)}`
  const leave = async (origin: string) =>
    (await callTls(`/api/tickets/${ticketOf('bert', 1, 2)}`, { host, cookie, origin }, 'DELETE')).status
  expect(await leave(`http://${host}`)).toBe(403)
  expect(await leave(`https://${host}`)).toBe(202)
})

test('streams at once, and streams in a life of a connection that takes them all back, are limited', async () => {
  const session = await openHttp2()
  expect(session.remoteSettings.maxConcurrentStreams).toBe(32)
  const goneAway = new Promise<number>((resolve) => {
    session.once('goaway', (_code, lastStream) => resolve(lastStream))
  })
  session.on('error', () => {})
  let opened = 0
  const resetMore = () => {
    for (let i = 0; i < 20 && !session.closed && !session.destroyed; i++, opened++) {
      const stream = session.request({ ':path': '/api/time' })
      stream.on('error', () => {})
      stream.close(constants.NGHTTP2_CANCEL)
    }
    if (opened < 5000 && !session.closed && !session.destroyed) setImmediate(resetMore)
  }
  resetMore()
  // Client streams have odd numbers: the thousandth is 1999. On a busy machine more than 32 may be open at once; those
  // nginx refuses, does not count, and ends the connection at a hundred of them: 200 numbers more.
  expect(await goneAway).toBeLessThan(2300)
  session.destroy()
  expect((await callTls('/api/time')).status).toBe(200)
})

test('the door tells when its certificate ends, as soon as a renewed one is there', async () => {
  const told = async () => {
    const { text } = await call(door.ops, 'GET', '/metrics')
    return Number(/^sluice_door_certificate_end_timestamp_seconds (\d+)$/m.exec(text)?.[1])
  }
  expect(await told()).toBe(Date.parse(new X509Certificate(ca).validTo) / 1000)
  // Debian's own authorities bring every form of a certificate: short and long times, serial numbers of all lengths.
  const authorities = (await readFile('/etc/ssl/certs/ca-certificates.crt', 'utf8')).match(
    /-----BEGIN[^-]+-----[^-]+-----END CERTIFICATE-----/g,
  )!
  const some = authorities.filter((_, i) => i % 7 === 0)
  expect(some.length).toBeGreaterThan(10)
  try {
    for (const pem of some) {
      await writeFile(door.tls!.cert, pem)
      expect(await told()).toBe(Date.parse(new X509Certificate(pem).validTo) / 1000)
    }
    await writeFile(door.tls!.cert, 'nothing that could be read')
    expect(await told()).toBeNaN()
  } finally {
    await writeFile(door.tls!.cert, ca)
  }
})
