import { join } from 'node:path'
import { InvalidArgumentError } from 'commander'
import { ROOT } from '../../platform/root.ts'
import { type CapacityInput, type Estimate, estimate } from '../capacity/estimate.ts'
import { weighPage } from '../capacity/page-weight.ts'
import { readMeasured } from '../capacity/read-measured.ts'
import { standby } from '../sales/sale-options.ts'
import { alignColumns } from '../terminal/align-columns.ts'
import type { AddCommand } from '../terminal/terminal.ts'
import { whole } from '../terminal/whole.ts'

/** A part of a whole, 0.2 or 20%; `least` itself is allowed where it is 0. */
const share =
  (zero: 'zero' | 'some') =>
  (text: string): number => {
    const [, number, percent] = /^(\d{1,3}(?:\.\d{1,6})?)(%?)$/.exec(text) ?? []
    const value = Number(number) / (percent === '%' ? 100 : 1)
    if (!(value <= 1 && (value > 0 || (zero === 'zero' && value === 0))))
      throw new InvalidArgumentError(
        `It must be a share such as 0.2 or 20%, ${zero === 'zero' ? '0' : 'above 0'} to 1.`,
      )
    return value
  }

const SECONDS = { s: 1, m: 60, h: 3_600 }

/** A time of up to a day: 90, 90s, 15m or 2h; gives seconds. */
const duration = (text: string): number => {
  const [, number, unit = 's'] = /^(\d{1,5})([smh]?)$/.exec(text) ?? []
  const seconds = Number(number) * (SECONDS[unit as keyof typeof SECONDS] ?? 1)
  if (!(seconds >= 1 && seconds <= 86_400))
    throw new InvalidArgumentError('It must be a time such as 90s, 15m or 2h, up to a day.')
  return seconds
}

const between =
  (least: number, most: number) =>
  (text: string): number => {
    const value = /^\d{1,9}(\.\d{1,3})?$/.test(text) ? Number(text) : Number.NaN
    if (!(value >= least && value <= most))
      throw new InvalidArgumentError(`It must be a number from ${least} to ${most}.`)
    return value
  }

/** Of a view, where a page of one's own is given: itself and four files. */
const REQUESTS = 5

type Options = Omit<CapacityInput, 'peakWindowS' | 'sellWithinS' | 'standby'> & {
  peakWindow: number
  sellWithin: number
  standby: ReturnType<typeof standby>
  pageKb?: number
  results: string
}

export const addCapacity: AddCommand = (parent, { print, fail }) => {
  parent
    .command('capacity')
    .description('estimate what a sale needs, from the traffic of a day and what the benchmarks measured')
    .requiredOption('--daily-views <n>', 'page views of the whole day', whole(1, 1e12))
    .requiredOption('--stock <n>', 'units for sale', whole(1, 4_294_967_295))
    .option('--peak-share <share>', 'the part of the views in the peak window', share('some'), 0.8)
    .option('--peak-window <time>', 'how long the peak is; a fifth of the day by default', duration, 17_280)
    .option('--safety <n>', 'so many times the estimate', between(1, 100), 3)
    .option('--buy-share <share>', 'clicks on buy as a part of views', share('some'), 0.2)
    .option('--standby <n>', 'tickets beyond the stock, units or a share of it', standby, { percent: 20 })
    .option('--sell-within <time>', 'the stock should be sold within', duration, 60)
    .option('--cdn-share <share>', 'the part of the pages that a CDN serves', share('zero'), 0)
    .option(
      '--page-kb <n>',
      'a page with its assets, in KB; that of this build by default',
      between(0.001, 1e6),
    )
    .option('--door-cores <n>', 'nginx workers of a door', whole(1, 256), 2)
    .option('--headroom <share>', 'the part of a measured rate to plan with', share('some'), 0.5)
    .option('--results <folder>', 'what was measured', join(ROOT, 'benchmarks', 'results'))
    .action((options: Options) => {
      const { peakWindow, sellWithin, standby: wished, pageKb, results, ...rest } = options
      const input: CapacityInput = {
        ...rest,
        ...{ peakWindowS: peakWindow, sellWithinS: sellWithin },
        standby: typeof wished === 'number' ? wished : Math.ceil((options.stock * wished.percent) / 100),
      }
      const page =
        pageKb === undefined
          ? weighPage()
          : { value: Math.round(pageKb * 1_000), from: '--page-kb', requests: REQUESTS }
      const found = estimate(input, readMeasured(results), page)
      print({ input, results, ...found }, describe(input, found, results))
      if (!found.fits) fail()
    })
}

const show = (value: number): string =>
  value.toLocaleString('en', { maximumFractionDigits: value >= 100 || Number.isInteger(value) ? 0 : 3 })

function describe(input: CapacityInput, { rows, plan, parts, fits }: Estimate, results: string): string {
  const table = rows.map(({ label, value, unit, from }) => [
    label,
    `${show(value)}${unit && ` ${unit}`}`,
    from,
  ])
  const percent = (part: number) => `${(part * 100).toFixed(1)} %`
  const [fullest] = parts
  return [
    alignColumns([['WHAT', 'HOW MUCH', 'FROM'], ...table]),
    '',
    alignColumns([['PART', 'USED'], ...parts.map(({ part, utilisation }) => [part, percent(utilisation)])]),
    '',
    `Plan: ${plan.doors} doors with ${input.doorCores} nginx workers, ${plan.gateways} gateways, ${plan.workers} workers, --release ${plan.release}.`,
    `First to fill up: ${fullest!.part}, at ${percent(fullest!.utilisation)} of what was measured.`,
    fits
      ? `Every part stays within ${percent(input.headroom)}.`
      : `That is beyond the ${percent(input.headroom)} to plan with: sell more slowly (--sell-within), or measure a larger machine (npm run bench -- --save).`,
    `Measured: ${results}, on one machine that the load generator shared; refusing more than it can serve costs no promise.`,
  ].join('\n')
}
