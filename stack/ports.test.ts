import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { ROOT } from '../platform/root.ts'
import { choosePort, isPortFree, returnPort } from './ports.ts'

const servers: Server[] = []
const others: ChildProcess[] = []
afterEach(async () => {
  for (const other of others.splice(0)) await end(other)
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

test('several processes that choose many ports at once never get the same one', async () => {
  const wanted = await choosePort()
  returnPort(wanted)
  const choosers = await Promise.all(Array.from({ length: 5 }, startChooser))
  const chosen = await Promise.all(choosers.map(({ choose }) => choose(200, wanted)))
  expect(chosen.flat()).toHaveLength(1000)
  expect(new Set(chosen.flat()).size).toBe(1000)
  // All of them asked for this one first.
  expect(chosen.flat()).toContain(wanted)
})

test('a port is free again when the process that chose it is gone, however it went', async () => {
  const { process, choose } = await startChooser()
  const [port] = await choose(1)
  expect(await choosePort(port)).not.toBe(port)
  await end(process)
  expect(await choosePort(port)).toBe(port)
  returnPort(port!)
})

const CHOOSER = `
import { createInterface } from 'node:readline'
import { choosePort } from ${JSON.stringify(join(ROOT, 'dist', 'stack', 'ports.js'))}
console.log('here')
for await (const line of createInterface(process.stdin)) {
  const { count, preferred } = JSON.parse(line)
  console.log(JSON.stringify(await Promise.all(Array.from({ length: count }, () => choosePort(preferred)))))
}`

/** Another process that chooses ports, and keeps them while it lives. */
async function startChooser() {
  const child = spawn(process.execPath, ['--input-type=module', '-e', CHOOSER], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  others.push(child)
  await once(child.stdout, 'data')
  return {
    process: child,
    choose: async (count: number, preferred?: number): Promise<number[]> => {
      child.stdin.write(`${JSON.stringify({ count, preferred })}\n`)
      let said = ''
      while (!said.endsWith('\n')) said += (await once(child.stdout, 'data')).join('')
      return JSON.parse(said)
    },
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}
