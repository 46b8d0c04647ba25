import { mkdirSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { dirname } from 'node:path'

export interface Journal<Line> {
  /** Adds a line; resolves when it is on the disk. Lines that come together share one fsync. */
  add(line: Line): Promise<void>
  /** Resolves when everything added so far is on the disk. */
  kept(): Promise<void>
  close(): Promise<void>
}

/**
 * Opens an append-only file of JSON lines, giving each line that it holds to `onLine`, in order.
 * A last line without its end was cut off by a kill and never answered for: it is cut away.
 * After a failed write nothing may be answered any more: `onLost` must end the process.
 */
export async function openJournal<Line>(
  path: string,
  onLine: (line: Line) => void,
  onLost: (error: unknown) => void,
): Promise<Journal<Line>> {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const file = await open(path, 'a+', 0o600)
  await replay(file, onLine)
  let waiting: string[] = []
  let writing: Promise<void> = Promise.resolve()
  let next: Promise<void> | undefined

  const flush = async (): Promise<void> => {
    const lines = waiting
    waiting = []
    next = undefined
    try {
      await file.appendFile(lines.join(''))
      await file.datasync()
    } catch (error) {
      onLost(error)
      throw error
    }
  }

  return {
    add(line) {
      waiting.push(`${JSON.stringify(line)}\n`)
      if (next === undefined) {
        next = writing.then(flush)
        writing = next
        // Whoever added a line hears of a failure; nobody else has to.
        writing.catch(() => undefined)
      }
      return next
    },
    kept: () => next ?? writing,
    async close() {
      await writing.catch(() => undefined)
      await file.close()
    },
  }
}

async function replay<Line>(file: FileHandle, onLine: (line: Line) => void): Promise<void> {
  const bytes = await file.readFile()
  const whole = bytes.lastIndexOf('\n') + 1
  if (whole < bytes.length) await file.truncate(whole)
  for (const line of bytes.subarray(0, whole).toString('utf8').split('\n')) {
    if (line !== '') onLine(JSON.parse(line) as Line)
  }
}
