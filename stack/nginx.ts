import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { findProgram } from './find-program.ts'
import { isRunning } from './nginx-pid.ts'
import { answers } from './probe.ts'
import { renderDoor } from './render-door.ts'
import type { ServerPlan } from './server-plan.ts'

export interface DoorPlan {
  /** Of the process; `nginx` unless said otherwise. */
  name?: string
  /** The pages; those of the run folder unless said otherwise. */
  www?: string
  root: string
  flashPort: number
  shopPort: number
  opsPort: number
  tls: { port: number; cert: string; key: string }
  gateways: { host: string; port: number }[]
  console?: { host: string; port: number }
  workerProcesses: number | 'auto'
  env: Record<string, string>
}

/** nginx in the foreground, with its configuration rendered anew and checked. Rejects with nginx's own words. */
export async function planNginx(dir: string, door: DoorPlan): Promise<ServerPlan> {
  const { name = 'nginx', www = join(dir, 'www'), env, ...rest } = door
  const { flashPort, opsPort } = rest
  const conf = await renderDoor({ ...rest, run: dir, www, bind: '127.0.0.1', native: true })
  const command = findProgram('nginx') ?? 'nginx'
  const args = ['-e', join(dir, 'nginx', 'error.log'), '-c', conf]
  await promisify(execFile)(command, [...args, '-t'], { env: { ...process.env, ...env } })
  const http = 'GET /no-such-page HTTP/1.0\r\n\r\n'
  return {
    name,
    role: 'nginx',
    command,
    args,
    env,
    isReady: async () => {
      if (!isRunning(join(dir, 'nginx', 'nginx.pid'))) return false
      for (const port of [flashPort, opsPort]) if (!(await answers(port, 'HTTP/1.1 ', http))) return false
      return true
    },
    readyWithinMs: 15_000,
    stopWithinMs: 5000,
  }
}
