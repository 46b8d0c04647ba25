import { linkSync, mkdirSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { findRest, identify, isAlive } from '../platform/local-stack/process-identity.ts'
import { readRecord, recordFile, type StackRecord } from '../platform/local-stack/record.ts'

/** Somebody else's stack runs from this folder. */
export class StackRuns extends Error {
  readonly record: StackRecord

  constructor(dir: string, record: StackRecord) {
    super(`a stack already runs from ${dir} (supervisor ${record.supervisor.pid}, ${record.phase})`)
    this.record = record
  }
}

/** Replaces the record in one step: a reader never sees half of it. It holds credentials. */
export function writeRecord(dir: string, record: StackRecord): void {
  const draft = `${recordFile(dir)}.${process.pid}`
  writeFileSync(draft, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 })
  renameSync(draft, recordFile(dir))
}

export const removeRecord = (dir: string): void => rmSync(recordFile(dir), { force: true })

/**
 * Makes the run folder ours: ends what a killed supervisor left behind, and writes the first record.
 * Returns the real path of the folder and the names of what was ended. Throws StackRuns when a live one has it.
 */
export async function claimRunFolder(
  path: string,
): Promise<{ dir: string; ended: string[]; record: StackRecord }> {
  mkdirSync(join(path, 'logs'), { recursive: true, mode: 0o700 })
  const dir = realpathSync(path)
  const supervisor = identify(process.pid)
  if (supervisor === undefined) throw new Error('sluice needs Linux with /proc')
  const record: StackRecord = { supervisor, phase: 'starting', urls: {}, env: {}, processes: [] }
  const ended: string[] = []
  const draft = `${recordFile(dir)}.${process.pid}`
  writeFileSync(draft, `${JSON.stringify(record)}\n`, { mode: 0o600 })
  try {
    for (;;) {
      try {
        // A link fails when the name exists: of two starts at the same time, one wins.
        linkSync(draft, recordFile(dir))
        return { dir, ended, record }
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      }
      const earlier = readRecord(dir)
      if (earlier === undefined) continue
      if (isAlive(earlier.supervisor)) throw new StackRuns(dir, earlier)
      ended.push(...(await endLeftovers(dir, earlier)))
      removeRecord(dir)
    }
  } finally {
    rmSync(draft, { force: true })
  }
}

/** Ends what still runs of a record whose supervisor is gone: TERM, and KILL after `withinMs`. Returns the names. */
export async function endLeftovers(dir: string, record: StackRecord, withinMs = 8000): Promise<string[]> {
  const left = record.processes.filter((known) => findRest(known, dir).length > 0)
  for (const known of left) if (isAlive(known)) signal(known.pid, 'SIGTERM')
  // A stopped process hears TERM only when it goes on.
  for (const known of left) if (isAlive(known)) signal(known.pid, 'SIGCONT')
  const deadline = Date.now() + withinMs
  while (left.some(isAlive) && Date.now() < deadline) await sleep(50)
  for (const known of left) for (const pid of findRest(known, dir)) signal(pid, 'SIGKILL')
  while (left.some((known) => findRest(known, dir).length > 0) && Date.now() < deadline + 5000)
    await sleep(20)
  return left.map((known) => known.name)
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch {
    // it has just ended by itself
  }
}
