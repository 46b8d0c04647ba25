import { join } from 'node:path'
import { answersHttp } from './probe.ts'
import type { ServerPlan } from './server-plan.ts'

const FOLDERS = { gateway: 'gateway', worker: 'workers', sandbox: 'sandbox', console: 'ops' } as const

/** One of our own built programs, ready when it says so itself. */
export const planNodeProcess = (
  root: string,
  role: keyof typeof FOLDERS,
  name: string,
  port: number,
  env: Record<string, string>,
): ServerPlan => ({
  name,
  role,
  command: process.execPath,
  args: [join(root, 'dist', FOLDERS[role], 'server.js')],
  env: { ...env, SLUICE_NAME: name, SLUICE_HOST: '127.0.0.1', SLUICE_PORT: String(port) },
  isReady: () => answersHttp(port, '/internal/health'),
  // 503 while a backend is down: it lives.
  isAlive: () => answersHttp(port, '/internal/health', 'HTTP/1.1 '),
  readyWithinMs: 30_000,
  stopWithinMs: 10_000,
})
