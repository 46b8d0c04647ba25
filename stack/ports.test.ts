import { createServer, type Server } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { choosePort, isPortFree, returnPort } from './ports.ts'

const servers: Server[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve))
})

async function occupy(port: number): Promise<void> {
  const server = createServer().listen(port, '127.0.0.1')
  servers.push(server)
  await new Promise((resolve) => server.once('listening', resolve))
}

test('the preferred port is taken where it is free', async () => {
  const port = await choosePort()
  returnPort(port)
  expect(await choosePort(port)).toBe(port)
  returnPort(port)
})

test('another port is chosen where somebody listens on the preferred one', async () => {
  const taken = await choosePort()
  returnPort(taken)
  await occupy(taken)
  expect(await isPortFree(taken)).toBe(false)
  const port = await choosePort(taken)
  expect(port).not.toBe(taken)
  expect(await isPortFree(port)).toBe(true)
  returnPort(port)
})

test('a port given out is not given out again, though nobody listens on it yet', async () => {
  const wanted = await choosePort()
  returnPort(wanted)
  expect(await choosePort(wanted)).toBe(wanted)
  const other = await choosePort(wanted)
  expect(other).not.toBe(wanted)
  for (const port of [wanted, other]) returnPort(port)
})

test('ports lie below those that the system uses for outgoing connections', async () => {
  const ports = await Promise.all(Array.from({ length: 20 }, () => choosePort()))
  expect(Math.max(...ports)).toBeLessThan(32_768)
  for (const port of ports) returnPort(port)
})
