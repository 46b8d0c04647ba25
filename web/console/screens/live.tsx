import type { JSX } from 'preact'
import { useMemo, useState } from 'preact/hooks'
import { reasonOf } from '../call.ts'
import { lostSince } from '../connection.ts'
import { clock, toMs } from '../format.ts'
import { Chart } from '../live/chart.tsx'
import { CHARTS } from '../live/charts.ts'
import { Controls } from '../live/controls.tsx'
import { merge } from '../live/sample.ts'
import { Tiles } from '../live/tiles.tsx'
import { useLive } from '../live/use-live.ts'
import { usePast } from '../live/use-past.ts'
import { Empty } from '../parts/empty.tsx'
import { Notice } from '../parts/notice.tsx'
import { useNow } from '../parts/when.tsx'
import { useSale } from '../sale-context.ts'
import { useShared } from '../shared-value.ts'

const MINUTE_MS = 60_000
const RANGES = [
  { label: '5 min', ms: 5 * MINUTE_MS },
  { label: '15 min', ms: 15 * MINUTE_MS },
  { label: '1 h', ms: 60 * MINUTE_MS },
  { label: 'Whole sale', ms: undefined },
] as const

/** A sample that comes later than this after the one before is late. */
const LATE_MS = 3_000
/** More points than a chart has pixels are not drawn. */
const MOST_POINTS = 600

/** The sale as it runs: what matters in large, all that moves as charts, and beside them what can be turned. */
export function LivePage(): JSX.Element {
  const { sale } = useSale()
  const { samples: fresh, heardAt } = useLive(sale.id)
  const away = useShared(lostSince)
  const [opened] = useState(Date.now())
  const running = ['published', 'paused'].includes(sale.phase) && toMs(sale.closesAt) > opened
  const [range, setRange] = useState<number>(running ? 0 : 3)
  const span = RANGES[range]!.ms

  const now = useNow()
  const last = fresh.at(-1)?.at
  // The right edge is the last sample, in the server's time. Where none comes, time goes on; where the connection is lost,
  // it stands still.
  const late = away === undefined && now - heardAt > LATE_MS ? now - heardAt : 0
  const to = running
    ? (last ?? now) + (last === undefined ? 0 : late)
    : Math.min(now, toMs(sale.closesAt) + MINUTE_MS)
  const from = span === undefined ? toMs(sale.opensAt) - MINUTE_MS : to - span
  // The past is asked for once a choice; what comes after it is followed.
  const asked = useMemo(
    () => (range === 0 ? undefined : span === undefined ? from : opened - span),
    [range, span === undefined ? from : 0],
  )
  const past = usePast(sale.id, asked, opened)
  const shown = useMemo(() => {
    const all = merge(past.samples, fresh, from)
    const step = Math.max(1, Math.ceil(all.length / MOST_POINTS))
    // By the time and not by the place in the list: else every point would move each second.
    return step === 1 ? all : all.filter(({ at }) => Math.floor(at / 1000) % step === 0)
  }, [past.samples, fresh, Math.floor(from / 1000)])
  const stepMs = Math.max(1000, span === undefined ? (to - from) / MOST_POINTS : span / MOST_POINTS) * 1.5

  return (
    <>
      <Tiles samples={fresh.length > 0 ? fresh : shown} />
      <div class="live">
        <section class="live-charts" aria-label="Charts">
          <div class="live-bar">
            <fieldset class="choice">
              <legend class="unseen">Time shown</legend>
              {RANGES.map(({ label }, i) => (
                <label key={label}>
                  <input type="radio" name="range" checked={range === i} onChange={() => setRange(i)} />
                  <span>{label}</span>
                </label>
              ))}
            </fieldset>
            <Freshness at={last} late={now - heardAt > LATE_MS} />
          </div>
          {past.error !== undefined && (
            <Notice tone="warn">The past could not be loaded: {reasonOf(past.error)}</Notice>
          )}
          {shown.length === 0 ? (
            <Empty title="Nothing to draw yet.">
              {running
                ? 'The first second comes at once when the sale is published and the console runs.'
                : 'No samples were kept of this sale: they begin 15 minutes before its opening and stay for 30 days.'}
            </Empty>
          ) : (
            <div class="charts">
              {CHARTS.map((plan) => (
                <Chart key={plan.title} plan={plan} samples={shown} stepMs={stepMs} from={from} to={to} />
              ))}
            </div>
          )}
        </section>
        <Controls latest={fresh.at(-1)} />
      </div>
    </>
  )
}

function Freshness({ at, late }: { at: number | undefined; late: boolean }): JSX.Element {
  if (at === undefined) return <p class="soft">Waiting for the first second …</p>
  return (
    <p class="soft">
      {late ? 'Last sample ' : 'Live · '}
      {clock(at)} <span class="utc">{clock(at, 'UTC')} UTC</span>
    </p>
  )
}
