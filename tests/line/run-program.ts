import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { ROOT } from '../../platform/root.ts'
import { choosePort, returnPort } from '../../stack/ports.ts'
import { call, eventually } from '../door/call.ts'
import { endProcess } from '../door/end-process.ts'
import type { StackAddress } from '../lend-stack.ts'
import { NEEDS } from './start-program.ts'

/** One more gateway or worker beside those of a stack. */
export interface RunningProgram {
  port: number
  pid: number
  stop(): Promise<void>
}

const PROGRAMS = { gateway: ['gateway', 'server.js'], worker: ['workers', 'server.js'] }

/** Starts the built program with these settings; resolves once it answers its health. */
export async function runProgram(
  at: StackAddress,
  role: 'gateway' | 'worker',
  settings: Record<string, string>,
): Promise<RunningProgram> {
  const port = await choosePort()
  const needed = Object.fromEntries(NEEDS[role].map((name) => [`SLUICE_${name}`, at.env[`SLUICE_${name}`]]))
  const child = spawn(process.execPath, [join(ROOT, 'dist', ...PROGRAMS[role])], {
    env: { PATH: process.env.PATH, ...needed, SLUICE_PORT: String(port), ...settings } as NodeJS.ProcessEnv,
    stdio: 'ignore',
  })
  const stop = async () => {
    await endProcess(child)
    returnPort(port)
  }
  try {
    await eventually(async () => (await call(port, 'GET', '/internal/health')).status === 200, 60_000)
  } catch (error) {
    await stop()
    throw error
  }
  return { port, pid: child.pid!, stop }
}
