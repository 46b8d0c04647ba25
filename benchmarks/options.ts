import { parseArgs } from 'node:util'

export interface BenchOptions {
  names: string[]
  runs: number
  quick: boolean
  /** Also write the results to benchmarks/results/ and into the tables of README and docs/, to be committed. */
  save: boolean
  /** Where this run writes; a folder of its own under .run/bench/ by default. */
  out: string | undefined
}

/** What stands behind `npm run bench --`. Throws an Error that says what is wrong with it. */
export function readOptions(args: string[], known: string[]): BenchOptions {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      runs: { type: 'string' },
      quick: { type: 'boolean', default: false },
      save: { type: 'boolean', default: false },
      out: { type: 'string' },
    },
  })
  const strange = positionals.filter((name) => !known.includes(name))
  if (strange.length > 0)
    throw new Error(`${strange.join(', ')}: no such scenario; there are ${known.join(', ')}`)
  const runs = Number(values.runs ?? (values.quick ? 1 : 3))
  if (!Number.isInteger(runs) || runs < 1 || runs > 20)
    throw new Error('--runs must be a whole number from 1 to 20')
  if (values.quick && values.save) throw new Error('--save wants a full run: quick figures mean nothing')
  return {
    names: positionals.length > 0 ? positionals : known,
    ...{ runs, quick: values.quick, save: values.save, out: values.out },
  }
}
