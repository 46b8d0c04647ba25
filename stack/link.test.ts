import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
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
  const [first, second] = [await dial(), await dial()]
  const [began, text] = [performance.now(), 'x'.repeat(5_000)]
  link.slow({ bytesPerSecond: 50_000, lateMs: 20 })
  const read = async (socket: Socket) => {
    let answer = ''
    for await (const part of socket) {
      answer += part
      if (answer.replaceAll('re: ', '').length >= 5_001) return answer.replaceAll('re: ', '')
    }
    return answer
  }
  const answers = Promise.all([read(first), read(second)])
  for (const socket of [first, second]) socket.write(text)
  link.heal()
  // Behind what is still late.
  for (const socket of [first, second]) socket.write('y')
  expect(await answers).toEqual([`${text}y`, `${text}y`])
  expect(performance.now() - began).toBeGreaterThan(190)
  const again = performance.now()
  expect(await ask(await dial(), 'e')).toBe('re: e')
  expect(performance.now() - again).toBeLessThan(5_000)
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
  await sleep(100)
  expect(heard).toContain('d')
  expect(link.withheld()).toBe(1)
  link.heal()
  await closed
  expect(answered).toBe(false)
})
