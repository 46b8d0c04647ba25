import type { WarmedDoor, WarmedFile } from '../../../contract/console/published.ts'

/** One file, and what each door answered for it; `sent` is how the first of them sent it. */
export interface DoorAnswers {
  url: string
  sent: WarmedFile
  by: Map<string, WarmedFile>
}

/** The doors' answers by file, in the order in which they were asked; a door that was down answers nothing. */
export function filesOf(doors: readonly WarmedDoor[]): DoorAnswers[] {
  const files = new Map<string, DoorAnswers>()
  for (const { door, files: answered } of doors)
    for (const file of answered) {
      const known = files.get(file.url) ?? { url: file.url, sent: file, by: new Map() }
      files.set(file.url, known)
      known.by.set(door, file)
    }
  return [...files.values()]
}

/** "127.0.0.1:8080" of an address. */
export const hostOf = (address: string): string => address.replace(/^https?:\/\//, '')
