import type { JSX } from 'preact'
import { useEffect, useId, useMemo, useRef, useState } from 'preact/hooks'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import type { Sample } from '../../../contract/console/sample.ts'
import { clock } from '../format.ts'
import { optionsOf } from './chart-options.ts'
import type { ChartPlan } from './charts.ts'
import { columnsOf, stacked, valueAt } from './columns.ts'
import { writeValue } from './write-value.ts'

interface ChartProps {
  plan: ChartPlan
  samples: readonly Sample[]
  stepMs: number
  /** What the chart shows, ms since 1970. */
  from: number
  to: number
}

/** One chart: its numbers at the pointer, or the latest ones, stand above it, for eyes and for screen readers. */
export function Chart({ plan, samples, stepMs, from, to }: ChartProps): JSX.Element {
  const id = useId()
  const box = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | undefined>(undefined)
  const [pointed, setPointed] = useState<number | null>(null)
  const scheme = useScheme()
  const columns = useMemo(() => columnsOf(samples, plan.series, stepMs), [samples, stepMs, plan])
  const drawn = useMemo(() => (plan.stack ? stacked(columns) : columns), [columns, plan])

  useEffect(() => {
    const host = box.current
    if (!host) return undefined
    const size = () => ({ width: host.clientWidth, height: host.clientHeight })
    const made = new uPlot(optionsOf(plan, size(), setPointed), drawn as uPlot.AlignedData, host)
    plot.current = made
    const sized = new ResizeObserver(() => made.setSize(size()))
    sized.observe(host)
    return () => {
      sized.disconnect()
      made.destroy()
      plot.current = undefined
    }
    // Made anew for other colours, as a canvas does not follow them; data come by the effect below.
  }, [plan, scheme])

  useEffect(() => {
    plot.current?.batch(() => {
      plot.current?.setData(drawn as uPlot.AlignedData, false)
      plot.current?.setScale('x', { min: from / 1000, max: to / 1000 })
    })
  }, [drawn, from, to, scheme])

  const [times, ...values] = columns
  const at = pointed === null || pointed >= times.length ? times.length - 1 : pointed
  return (
    <figure class="chart" aria-labelledby={id}>
      <figcaption id={id}>
        <strong>{plan.title}</strong>
        {plan.note !== undefined && <span class="soft"> {plan.note}</span>}
        <span class="chart-at">{pointed !== null && times[at] !== undefined && clock(1000 * times[at])}</span>
      </figcaption>
      <dl class="legend">
        {plan.series.map(({ label, hue, dashed }, i) => (
          <div key={label}>
            <dt>
              <i
                class={`key ${hue}${plan.stack ? ' area' : ''}${dashed ? ' dashed' : ''}`}
                aria-hidden="true"
              />
              {label}
            </dt>
            <dd>{writeValue(plan.unit, valueAt(values[i] ?? [], at))}</dd>
          </div>
        ))}
      </dl>
      <div class="plot" ref={box} aria-hidden="true" />
    </figure>
  )
}

/** Which colour scheme is in force; the canvas has to be painted anew when it changes. */
function useScheme(): boolean {
  const query = useMemo(() => matchMedia('(prefers-color-scheme: dark)'), [])
  const [dark, setDark] = useState(query.matches)
  useEffect(() => {
    const take = () => setDark(query.matches)
    query.addEventListener('change', take)
    return () => query.removeEventListener('change', take)
  }, [query])
  return dark
}
