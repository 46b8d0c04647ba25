import type { SaleView } from '../sale.ts'

/** What one door answered for one file (ops/pages/prewarm.ts). */
export interface WarmedFile {
  url: string
  status: number
  encoding: string
  bytes: number
  ms: number
  problem?: string
}

export interface PublishReport {
  ok: boolean
  problems: string[]
  cdn: { dir: string; files: number } | null
  doors: { door: string; ok: boolean; files: WarmedFile[] }[]
  preload: { epoch: number; stock: number; left: number } | null
}

export interface Published extends SaleView {
  report: PublishReport
}

/** One file, and what each door answered for it; `sent` is how the first of them sent it. */
export interface DoorAnswers {
  url: string
  sent: WarmedFile
  by: Map<string, WarmedFile>
}

/** The doors' answers by file, in the order in which they were asked; a door that was down answers nothing. */
export function filesOf(doors: PublishReport['doors']): DoorAnswers[] {
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
