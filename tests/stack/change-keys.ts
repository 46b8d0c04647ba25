import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { identify } from '../../platform/local-stack/process-identity.ts'
import { readStatus } from '../../platform/local-stack/status.ts'

/** Writes the key file of a running stack and brings it to everybody, as docs/architecture.md says: reload, restart. */
export async function changeKeys(dir: string, lines: string[]): Promise<void> {
  const { processes, flash } = await readStatus(dir)
  const pids = (role: string) => processes.filter((one) => one.role === role).map(({ pid }) => pid)
  writeFileSync(join(dir, 'keys'), `${lines.join('\n')}\n`)
  for (const pid of pids('nginx')) process.kill(pid, 'SIGHUP')
  for (const pid of pids('gateway')) {
    process.kill(pid, 'SIGTERM')
    await expect.poll(() => identify(pid)).toBeUndefined()
  }
  // What only a gateway answers.
  const answers = () => fetch(`${flash}/api/sales/999999999`).then(({ status }) => status)
  await expect.poll(answers).toBe(404)
}
