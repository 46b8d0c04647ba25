import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Link, openLink } from './link.ts'

const heard: string[] = []
const server = createServer((socket) => {
  socket.on('error', () => {})
  socket.on('data', (part) => {
    heard.push(String(part))
    socket.write(`re: ${part}`)
  })
})
let link: Link

beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  link = await openLink((server.address() as { port: number }).port)
})

afterAll(async () => {
  await link.close()
  server.close()
})

async function dial(): Promise<Socket> {
  const socket = connect(link.port, '127.0.0.1')
  socket.on('error', () => {})
  await once(socket, 'connect')
  return socket
}

async function ask(socket: Socket, question: string): Promise<string> {
  socket.write(question)
  const [answer] = await once(socket, 'data')
  return String(answer)
}

test('passes everything on, both ways', async () => {
  const socket = await dial()
  expect(await ask(socket, 'a')).toBe('re: a')
  socket.destroy()
})

test('a cut ends what runs and refuses what comes, until it heals', async () => {
  const socket = await dial()
  await ask(socket, 'b')
  const closed = once(socket, 'close')
  link.cut()
  await closed
  const refused = await dial()
  await once(refused, 'close')
  expect(link.refused()).toBe(1)
  link.heal()
  expect(await ask(await dial(), 'c')).toBe('re: c')
})

test('slowed, all of it comes through in its order and no faster than that; healed, at once', async () => {
  const sockets = [await dial(), await dial()]
  link.slow({ bytesPerSecond: 50_000, lateMs: 20 })
  const began = performance.now()
  const text = `${'x'.repeat(5_000)}y`
  const answers = sockets.map(async (socket) => {
    let answer = ''
    for await (const part of socket) {
      answer += String(part).replaceAll('re: ', '')
      if (answer.length >= text.length) return answer
    }
    return answer
  })
  for (const socket of sockets) {
    socket.write(text.slice(0, 5_000))
    socket.write('y')
  }
  expect(await Promise.all(answers)).toEqual([text, text])
  // Both share the 50,000 bytes a second.
  expect(performance.now() - began).toBeGreaterThan(190)
  link.heal()
  expect(await ask(await dial(), 'e')).toBe('re: e')
})

test('withheld replies were asked for and never come; the connection ends when it heals', async () => {
  const socket = await dial()
  link.withhold()
  let answered = false
  socket.on('data', () => {
    answered = true
  })
  const closed = once(socket, 'close')
  socket.write('d')
  await expect.poll(() => [heard.includes('d'), link.withheld()]).toEqual([true, 1])
  link.heal()
  await closed
  expect(answered).toBe(false)
})
