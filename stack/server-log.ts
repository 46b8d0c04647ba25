import { openSync, readFileSync, renameSync, statSync } from 'node:fs'

const LIMIT_BYTES = 20_000_000
const END_CHARACTERS = 1_500

/** Opens a server's log for what it writes next; one that has grown large is put aside as `.1`. Gives the descriptor. */
export function openLog(file: string): number {
  try {
    if (statSync(file).size > LIMIT_BYTES) renameSync(file, `${file}.1`)
  } catch {
    // the first start
  }
  return openSync(file, 'a', 0o600)
}

/** What a server said last. */
export function readLogEnd(file: string): string {
  try {
    return readFileSync(file, 'utf8').slice(-END_CHARACTERS)
  } catch {
    return '(no log)'
  }
}
