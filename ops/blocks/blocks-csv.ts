import { CsvError, parse } from 'csv-parse/sync'
import type { Block } from '../../contract/blocks.ts'
import { BUYER_PATTERN, isBuyer } from '../../contract/buyer.ts'
import type { ListedBlock, RowFault } from '../../contract/console/block.ts'
import { wrongReason } from './block-reason.ts'

const COLUMNS = ['buyer', 'score', 'reason'] as const
const LEFT_OUT = { score: '100', reason: '' }
const MOST_FAULTS = 50

/**
 * Reads a block list: CSV whose first line names its columns, `buyer` and, if wanted, `score` (100) and `reason`.
 * Gives all blocks, or what is wrong with which rows; then no row counts.
 */
export function readBlocksCsv(text: string): { blocks: Block[] } | { faults: RowFault[] } {
  let records: { record: Record<string, string>; info: { lines: number } }[]
  try {
    records = parse(text, { bom: true, columns: headerOf, info: true, skip_empty_lines: true, trim: true })
  } catch (error) {
    if (error instanceof HeaderFault)
      return { faults: [{ row: 1, field: error.field, message: error.message }] }
    if (!(error instanceof CsvError)) throw error
    return { faults: [{ row: Number(error.lines ?? 1), field: 'row', message: error.message }] }
  }
  const faults: RowFault[] = []
  const blocks: Block[] = []
  const seen = new Map<string, number>()
  for (const { record, info } of records) {
    const row = info.lines
    const { buyer = '', score, reason } = { ...LEFT_OUT, ...record }
    const block = {
      buyer: asWritten(buyer),
      score: Number(score || LEFT_OUT.score),
      reason: asWritten(reason),
    }
    const refuse = (field: string, message: string) => faults.push({ row, field, message })
    if (!isBuyer(block.buyer)) refuse('buyer', `must be 1 to 128 visible ASCII characters (${BUYER_PATTERN})`)
    const earlier = seen.get(block.buyer)
    if (earlier !== undefined) refuse('buyer', `is in row ${earlier} already`)
    seen.set(block.buyer, row)
    if (!/^\d{1,3}$/.test(score || LEFT_OUT.score) || block.score < 1 || block.score > 100) {
      refuse('score', 'must be a whole number from 1 to 100')
    }
    const wrong = wrongReason(block.reason)
    if (wrong !== undefined) refuse('reason', wrong)
    blocks.push(block)
  }
  if (records.length === 0) faults.push({ row: 2, field: 'row', message: 'there is no row' })
  return faults.length === 0 ? { blocks } : { faults: faults.slice(0, MOST_FAULTS) }
}

class HeaderFault extends Error {
  readonly field: string
  constructor(field: string, message: string) {
    super(message)
    this.field = field
  }
}

/** `createdAt`, as an export has it, is let pass and not read. */
function headerOf(names: string[]): string[] {
  const header = names.map((name) => name.trim().toLowerCase())
  for (const name of header) {
    if (![...COLUMNS, 'createdat'].includes(name as never))
      throw new HeaderFault(name, `is no column; there are ${COLUMNS.join(', ')}`)
    if (header.indexOf(name) !== header.lastIndexOf(name)) throw new HeaderFault(name, 'is there twice')
  }
  if (!header.includes('buyer')) throw new HeaderFault('buyer', 'is missing in the first line')
  return header
}

/** A block list that {@link readBlocksCsv} reads back. */
export const writeBlocksCsv = (blocks: readonly ListedBlock[]): string =>
  [
    'buyer,score,reason,createdAt',
    ...blocks.map(({ buyer, score, reason, createdAt }) =>
      [cell(buyer), score, cell(reason), createdAt].join(','),
    ),
    '',
  ].join('\r\n')

/**
 * A spreadsheet takes a cell that begins like this for a formula, and runs it. An apostrophe before it makes it text; one
 * that was there already gets another, so that reading back is exact.
 */
const FORMULA = /^'*[=+\-@\t\r]/

const cell = (text: string): string => {
  const harmless = FORMULA.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless
}

const asWritten = (text: string): string => (/^'+[=+\-@\t\r]/.test(text) ? text.slice(1) : text)
