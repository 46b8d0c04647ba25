import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { InputError } from '../actions/input-error.ts'

/** A measured number, and where it stands. */
export interface Measured {
  value: number
  from: string
}

/** Where each number stands: the file and scenario, then a figure, or a table and its row. */
const PLACES = {
  pagesPerS: ['front-door', 'bare'],
  clicksPerS: ['front-door', 'rates', 'too_many_requests, token never seen'],
  pollsPerS: ['waiting-polls', 'perSecond'],
  pollDelayS: ['waiting-polls', 'delay'],
  gatewayJoinsPerS: ['workers', 'one'],
  workerOrdersPerS: ['drain', 'sweep', '1 worker, 100 orders or 100 ms'],
  mysqlRowsPerS: ['drain', 'orders'],
  lineOrdersPerS: ['main-line', 'orders'],
  redisUsPerOrder: ['main-line', 'cpu', 'redis'],
  bytesPerTicket: ['line-growth', 'bytes'],
} as const

export type Knees = Record<keyof typeof PLACES, Measured>

interface Results {
  scenarios: {
    name: string
    figures: Record<string, { median: number }>
    tables?: Record<string, { rows: Record<string, { median: number }> }>
  }[]
}

/**
 * What the benchmarks measured (`npm run bench -- --save`), from a folder like benchmarks/results/: medians.
 * Throws InputError naming what is missing.
 */
export function readMeasured(folder: string): Knees {
  const files = new Map<string, Results>()
  const read = (file: string): Results => {
    try {
      return files.get(file) ?? (JSON.parse(readFileSync(join(folder, file), 'utf8')) as Results)
    } catch (error) {
      throw new InputError(
        `--results: ${join(folder, file)} can not be read (${(error as Error).message}); "npm run bench -- --save" writes it`,
      )
    }
  }
  const find = ([scenario, place, row]: readonly string[]): Measured => {
    const file = `${scenario}.json`
    const results = read(file)
    files.set(file, results)
    const found = results.scenarios?.find(({ name }) => name === scenario)
    const spread = row === undefined ? found?.figures?.[place!] : found?.tables?.[place!]?.rows?.[row]
    const from = `${file}: ${row ?? place}`
    if (!(Number(spread?.median) > 0))
      throw new InputError(`--results: ${join(folder, file)} holds no ${row ?? place}`)
    return { value: spread!.median, from }
  }
  return Object.fromEntries(
    Object.entries(PLACES).map(([name, place]) => [name, find(place)]),
  ) as unknown as Knees
}
