import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { reasonOf } from '../call.ts'
import { Chart } from '../live/chart.tsx'
import { CHARTS } from '../live/charts.ts'
import { Controls } from '../live/controls.tsx'
import { Tiles } from '../live/tiles.tsx'
import { isRunning, useShown } from '../live/use-shown.ts'
import { ClockTime } from '../parts/clock-time.tsx'
import { Empty } from '../parts/empty.tsx'
import { Notice } from '../parts/notice.tsx'
import { useSale } from '../sale-context.ts'

const MINUTE_MS = 60_000
const RANGES = [
  { label: '5 min', ms: 5 * MINUTE_MS },
  { label: '15 min', ms: 15 * MINUTE_MS },
  { label: '1 h', ms: 60 * MINUTE_MS },
  { label: 'Whole sale', ms: undefined },
] as const
const WHOLE = RANGES.length - 1

/** The sale as it runs: what matters in large, all that moves as charts, and beside them what can be turned. */
export function LivePage(): JSX.Element {
  const { sale } = useSale()
  const [running] = useState(() => isRunning(sale, Date.now()))
  const [range, setRange] = useState<number>(running ? 0 : WHOLE)
  const { fresh, samples, from, to, stepMs, late, error } = useShown(sale, RANGES[range]!.ms)
  return (
    <div class="live">
      <Tiles samples={fresh.length > 0 ? fresh : samples} />
      <Controls latest={fresh.at(-1)} />
      <section class="live-charts" aria-label="Charts">
        <div class="live-bar">
          {running ? (
            <fieldset class="choice">
              <legend class="unseen">Time shown</legend>
              {RANGES.map(({ label }, i) => (
                <label key={label}>
                  <input type="radio" name="range" checked={range === i} onChange={() => setRange(i)} />
                  <span>{label}</span>
                </label>
              ))}
            </fieldset>
          ) : (
            <p class="soft">The whole sale, to its last sample</p>
          )}
          {(running || fresh.length > 0) && <Freshness at={fresh.at(-1)?.at} late={late} />}
        </div>
        {error !== undefined && <Notice tone="warn">The past could not be loaded: {reasonOf(error)}</Notice>}
        {samples.length === 0 ? (
          <Empty title="Nothing to draw yet.">
            {running
              ? 'The first second comes at once when the sale is published and the console runs.'
              : 'No samples were kept of this sale: they begin 15 minutes before its opening and stay for 30 days.'}
          </Empty>
        ) : (
          <div class="charts">
            {CHARTS.map((plan) => (
              <Chart key={plan.title} {...{ plan, samples, stepMs, from, to }} />
            ))}
          </div>
        )}
      </section>
    </div>
  )
}

function Freshness({ at, late }: { at: number | undefined; late: boolean }): JSX.Element {
  if (at === undefined) return <p class="soft">Waiting for the first second …</p>
  return (
    <p class="soft">
      {late ? 'Last sample ' : 'Live · '}
      <ClockTime at={at} />
    </p>
  )
}
