import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { ROOT } from '../../platform/root.ts'
import { choosePort, returnPort } from '../../stack/ports.ts'
import type { StackAddress } from '../lend-stack.ts'

const PATIENCE_MS = 20_000

export type Env = Record<string, string | undefined>
const PROGRAMS = { gateway: 'gateway/server.js', worker: 'workers/server.js', console: 'ops/server.js' }
export type Role = keyof typeof PROGRAMS
export const ROLES: Role[] = ['gateway', 'worker', 'console']

/** The keys that each can not do without. */
export const NEEDS: Record<Role, string[]> = {
  gateway: [
    ...['REDIS_URL', 'MYSQL_URL', 'AMQP_URL', 'JWT_SECRET', 'TICKET_SECRET', 'EDGE_KEY'],
    ...['PAYMENT_URL', 'PAYMENT_KEY', 'WEBHOOK_SECRET', 'PUBLIC_URL'],
  ],
  worker: ['REDIS_URL', 'MYSQL_URL', 'AMQP_URL', 'PAYMENT_URL', 'PAYMENT_KEY'],
  console: ['REDIS_URL', 'MYSQL_URL', 'OPS_SECRET', 'EDGE_KEY'],
}

/**
 * Starts the built program beside the stack with these changes (undefined: the key is missing). Gives the exit code and
 * what it said; a program that runs on is ended, and its code is undefined.
 */
export async function startProgram(
  at: StackAddress,
  role: Role,
  changes: Env = {},
): Promise<{ code: number | null | undefined; said: string }> {
  const port = await choosePort()
  const needed = Object.fromEntries(NEEDS[role].map((name) => [`SLUICE_${name}`, at.env[`SLUICE_${name}`]]))
  const env: Env = { PATH: process.env.PATH, ...needed, SLUICE_PORT: String(port), ...changes }
  const child = spawn(process.execPath, [join(ROOT, 'dist', PROGRAMS[role])], {
    env: env as NodeJS.ProcessEnv,
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      said += chunk.toString()
    })
  }
  try {
    return await new Promise((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (code) => resolve({ code, said }))
      const deadline = Date.now() + PATIENCE_MS
      const look = () => {
        if (said.includes('Server listening') || Date.now() > deadline) resolve({ code: undefined, said })
        else if (child.exitCode === null) setTimeout(look, 50)
      }
      look()
    })
  } finally {
    child.kill('SIGKILL')
    returnPort(port)
  }
}
