import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { isAlive } from '../platform/local-stack/process-identity.ts'
import { RUN_FOLDER, readRecord } from '../platform/local-stack/record.ts'
import { endLeftovers, removeRecord } from './run-folder.ts'

/** The supervisor stops four groups one after the other, each within 20 s at the very worst. */
const SUPERVISOR_STOPS_WITHIN_MS = 60_000

const { values } = parseArgs({ options: { dir: { type: 'string', default: RUN_FOLDER } } })
process.stdout.write(`${await stopStack(resolve(values.dir))}\n`)

/** Ends the stack of a run folder, whether its supervisor lives or not; says what it did. */
async function stopStack(dir: string): Promise<string> {
  const record = readRecord(dir)
  if (record === undefined) return 'no stack runs here'
  const supervised = isAlive(record.supervisor)
  if (supervised) {
    process.kill(record.supervisor.pid, 'SIGTERM')
    // A stopped supervisor hears it only when it goes on.
    process.kill(record.supervisor.pid, 'SIGCONT')
    const deadline = Date.now() + SUPERVISOR_STOPS_WITHIN_MS
    while (isAlive(record.supervisor) && Date.now() < deadline) await sleep(50)
    if (isAlive(record.supervisor)) process.kill(record.supervisor.pid, 'SIGKILL')
  }
  // Whatever the supervisor did not end, or all of it when the supervisor was gone already.
  const left = readRecord(dir)
  const ended = left === undefined ? [] : await endLeftovers(dir, left)
  removeRecord(dir)
  if (supervised && ended.length === 0) return 'stopped'
  return ended.length === 0 ? 'no stack ran here any more' : `ended what was left: ${ended.join(', ')}`
}
