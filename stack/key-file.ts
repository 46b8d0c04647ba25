import { writeFileSync } from 'node:fs'

const EMPTY = `# Further keys of tokens and tickets, for changing them without logging anybody out: see "Keys" in docs/architecture.md.
# One a line: jwt NAME SECRET, or ticket NAME SECRET. Of each kind the first signs, all are accepted.
`

/** The key file of a run folder; made, without keys, where there is none. Readable by its owner only. */
export function provideKeyFile(path: string): string {
  try {
    writeFileSync(path, EMPTY, { flag: 'wx', mode: 0o600 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  return path
}
