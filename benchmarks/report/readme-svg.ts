import type { BenchReport } from '../summary.ts'
import { toBars } from './bars.ts'

/** The chart of the README: durable orders a second, whatever of it was measured. */
export function toReadmeSvg({ machine, scenarios }: BenchReport): string {
  const bars = scenarios.flatMap(({ figures }) =>
    Object.values(figures).filter(
      ({ unit, label }) => unit === 'orders/s' && label.startsWith('durable orders'),
    ),
  )
  return toBars(
    `Durable orders a second, click to commit, ${machine.cores} cores with the load generator`,
    bars,
  )
}
