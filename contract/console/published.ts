import type { ShownSale } from './sale.ts'

/** What one door answered for one file. */
export interface WarmedFile {
  url: string
  status: number
  encoding: string
  /** As they came over the wire. */
  bytes: number
  ms: number
  /** What is wrong; absent where all is right. */
  problem?: string
}

export interface WarmedDoor {
  door: string
  ok: boolean
  files: WarmedFile[]
  /** Why the door could not be asked at all. */
  problem?: string
}

export interface PublishReport {
  /** Whether every door has the page as it was published; the sale is published in any case. */
  ok: boolean
  problems: string[]
  /** The page and all that it needs. */
  files: { name: string; bytes: number; zippedBytes: number | null; sha256: string }[]
  /** The folder that a CDN takes its files from; null where SLUICE_CDN_DIR names none. */
  cdn: { dir: string; files: number } | null
  doors: WarmedDoor[]
  /** The card in Redis: what may be sold from there. */
  preload: { epoch: number; stock: number; left: number } | null
}

export interface PublishedSale extends ShownSale {
  report: PublishReport
}
