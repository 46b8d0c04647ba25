import type { Block } from '../blocks.ts'
import type { FieldFault } from './field-fault.ts'

export interface ListedBlock extends Block {
  /** ISO 8601. */
  createdAt: string
}

/** By the buyer's name; `next` is the `after` of the next page, where there is one. */
export interface BlockPage {
  blocks: ListedBlock[]
  /** On the whole list. */
  total: number
  next?: string
}

/** What is wrong with one field of a row; `row` is the line of the file, the header is line 1. */
export interface RowFault extends FieldFault {
  row: number
}
