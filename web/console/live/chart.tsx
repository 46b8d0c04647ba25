import type { JSX } from 'preact'
import { useEffect, useId, useMemo, useRef, useState } from 'preact/hooks'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { clock, minute } from '../format.ts'
import type { ChartPlan } from './charts.ts'
import { columnsOf, type Sample, stacked } from './sample.ts'
import { writeTick, writeValue } from './write-value.ts'

interface ChartProps {
  plan: ChartPlan
  samples: readonly Sample[]
  stepMs: number
  /** What the chart shows, ms since 1970. */
  from: number
  to: number
}

const HEIGHT = 132
/** All charts of the page show the same moment under the pointer. */
const SYNC = 'live'

/** One chart: its numbers at the pointer, or the latest ones, stand above it, for eyes and for screen readers. */
export function Chart({ plan, samples, stepMs, from, to }: ChartProps): JSX.Element {
  const id = useId()
  const box = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | undefined>(undefined)
  const [pointed, setPointed] = useState<number | null>(null)
  const scheme = useScheme()
  const columns = useMemo(
    () =>
      columnsOf(
        samples,
        plan.series.map(({ of }) => of),
        stepMs,
      ),
    [samples, stepMs, plan],
  )
  const drawn = useMemo(() => (plan.stack ? stacked(columns) : columns), [columns, plan])

  useEffect(() => {
    const host = box.current
    if (!host) return undefined
    const made = new uPlot(optionsOf(plan, host.clientWidth, setPointed), drawn as uPlot.AlignedData, host)
    plot.current = made
    const sized = new ResizeObserver(() => made.setSize({ width: host.clientWidth, height: HEIGHT }))
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
        {plan.series.map(({ label, color, dashed }, i) => (
          <div key={label}>
            <dt>
              <i class={`key c${color}${dashed ? ' dashed' : ''}`} aria-hidden="true" />
              {label}
            </dt>
            <dd>{writeValue(plan.unit, values[i]?.[at])}</dd>
          </div>
        ))}
      </dl>
      <div class="plot" ref={box} aria-hidden="true" />
    </figure>
  )
}

function optionsOf(plan: ChartPlan, width: number, onPointed: (index: number | null) => void): uPlot.Options {
  const style = getComputedStyle(document.documentElement)
  const color = (name: string) => style.getPropertyValue(name).trim()
  const [soft, line] = [color('--soft'), color('--line')]
  const axis = { stroke: soft, font: '11px system-ui, sans-serif', ticks: { show: false } }
  const grid = { stroke: line, width: 1 }
  return {
    ...{ width, height: HEIGHT, legend: { show: false }, padding: [6, 6, 0, 0] },
    cursor: {
      ...{ sync: { key: SYNC, scales: ['x', null] }, drag: { x: false, y: false }, y: false },
      points: { show: !plan.stack, size: 5 },
    },
    scales: {
      x: { time: true, auto: false },
      y: {
        // Never a flat line in the middle of nowhere: from 0, and to at least 1.
        range: (_, __, max) => (plan.unit === 'share' ? [0, 1] : [0, Math.max(1, (max ?? 0) * 1.08)]),
      },
    },
    axes: [
      {
        ...axis,
        ...{ grid: { show: false }, size: 22, space: 52 },
        values: (_, ticks) => ticks.map((tick) => minute(1000 * tick)),
      },
      {
        ...axis,
        grid,
        size: 48,
        space: 28,
        values: (_, ticks) => ticks.map((tick) => writeTick(plan.unit, tick)),
      },
    ],
    series: [
      {},
      ...plan.series.map(
        ({ color: n, dashed }, i): uPlot.Series => ({
          stroke: color(`--chart-${n}`),
          width: plan.stack ? 1 : 1.5,
          // A line needs two points: one alone between two gaps is drawn as a dot.
          points: { show: true, size: 3, filter: (self, n) => alone(self.data[n] ?? []) },
          ...(dashed ? { dash: [5, 4] } : {}),
          ...(plan.stack && i === 0 ? { fill: `${color(`--chart-${n}`)}55` } : {}),
        }),
      ),
    ],
    ...(plan.stack ? { bands: bandsOf(plan, (n) => color(`--chart-${n}`)) } : {}),
    hooks: {
      setCursor: [(self) => onPointed(self.cursor.idx ?? null)],
    },
  }
}

const alone = (values: ArrayLike<number | null | undefined>): number[] => {
  const list: number[] = []
  for (let i = 0; i < values.length; i++)
    if (values[i] != null && values[i - 1] == null && values[i + 1] == null) list.push(i)
  return list
}

/** Between each line and the one below it; the lowest is filled down to 0 by its own series. */
const bandsOf = (plan: ChartPlan, color: (n: number) => string): uPlot.Band[] =>
  plan.series.slice(1).map(({ color: n }, i) => ({ series: [i + 2, i + 1], fill: `${color(n)}55` }))

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
