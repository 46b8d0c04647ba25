import type uPlot from 'uplot'
import { clock, minute } from '../format.ts'
import type { ChartPlan } from './charts.ts'
import { alone } from './columns.ts'
import { writeTick } from './write-value.ts'

const LEAST_TOP = 4
/** Half a ticket, half a call, half a millisecond: no line of the grid is worth that. */
const WHOLE_STEPS = Array.from({ length: 10 }, (_, tens) => [1, 2, 5].map((one) => one * 10 ** tens)).flat()
/** All charts of the page show the same moment under the pointer. */
const SYNC = 'live'

/** How a chart looks and behaves, in the colours that are in force now. `onPointed`: which point is under the pointer. */
export function optionsOf(
  plan: ChartPlan,
  size: { width: number; height: number },
  onPointed: (index: number | null) => void,
): uPlot.Options {
  const style = getComputedStyle(document.documentElement)
  const color = (name: string) => style.getPropertyValue(name).trim()
  const [soft, line] = [color('--soft'), color('--line')]
  const axis = { stroke: soft, font: '11px system-ui, sans-serif', ticks: { show: false } }
  const grid = { stroke: line, width: 1 }
  return {
    ...{ ...size, legend: { show: false }, padding: [6, 26, 0, 0] },
    cursor: {
      ...{ sync: { key: SYNC, scales: ['x', null] }, drag: { x: false, y: false }, y: false },
      points: { show: !plan.stack, size: 5 },
    },
    scales: {
      x: { time: true, auto: false },
      y: {
        // Never a flat line in the middle of nowhere: from 0, and to a number worth a scale.
        range: (_, __, max) => (plan.unit === 'share' ? [0, 1] : [0, Math.max(LEAST_TOP, (max ?? 0) * 1.08)]),
      },
    },
    axes: [
      {
        ...axis,
        ...{ grid: { show: false }, size: 22, space: 72 },
        values: (_, ticks, __, ___, stepS) => ticks.map((tick) => (stepS < 60 ? clock : minute)(1000 * tick)),
      },
      {
        ...axis,
        grid,
        size: 48,
        space: 28,
        ...(plan.unit === 'share' ? {} : { incrs: WHOLE_STEPS }),
        values: (_, ticks) => ticks.map((tick) => writeTick(plan.unit, tick)),
      },
    ],
    series: [
      {},
      ...plan.series.map(
        ({ hue, dashed }, i): uPlot.Series => ({
          // Of areas only the filling is seen: a line on top would be that of a part that is 0.
          stroke: plan.stack ? 'transparent' : color(`--chart-${hue}`),
          width: plan.stack ? 1 : 1.5,
          // A line needs two points: one alone between two gaps is drawn as a dot.
          points: { show: true, size: 5, filter: (self, n) => alone([...(self.data[n] ?? [])]) },
          ...(dashed ? { dash: [5, 4] } : {}),
          ...(plan.stack && i === 0 ? { fill: color(`--area-${hue}`) } : {}),
        }),
      ),
    ],
    ...(plan.stack ? { bands: bandsOf(plan, (hue) => color(`--area-${hue}`)) } : {}),
    hooks: {
      setCursor: [(self) => onPointed(self.cursor.idx ?? null)],
    },
  }
}

/** Between each line and the one below it; the lowest is filled down to 0 by its own series. */
const bandsOf = (plan: ChartPlan, fill: (hue: string) => string): uPlot.Band[] =>
  plan.series.slice(1).map(({ hue }, i) => ({ series: [i + 2, i + 1], fill: fill(hue) }))
