import type uPlot from 'uplot'
import { minute } from '../format.ts'
import type { ChartPlan } from './charts.ts'
import { writeTick } from './write-value.ts'

export const HEIGHT = 132
/** All charts of the page show the same moment under the pointer. */
const SYNC = 'live'

/** How a chart looks and behaves, in the colours that are in force now. `onPointed`: which point is under the pointer. */
export function optionsOf(
  plan: ChartPlan,
  width: number,
  onPointed: (index: number | null) => void,
): uPlot.Options {
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
          // Of areas only the filling is seen: a line on top would be that of a part that is 0.
          stroke: plan.stack ? 'transparent' : color(`--chart-${n}`),
          width: plan.stack ? 1 : 1.5,
          // A line needs two points: one alone between two gaps is drawn as a dot.
          points: { show: true, size: 3, filter: (self, n) => alone(self.data[n] ?? []) },
          ...(dashed ? { dash: [5, 4] } : {}),
          ...(plan.stack && i === 0 ? { fill: `${color(`--chart-${n}`)}99` } : {}),
        }),
      ),
    ],
    ...(plan.stack ? { bands: bandsOf(plan, (n) => color(`--chart-${n}`)) } : {}),
    hooks: {
      setCursor: [(self) => onPointed(self.cursor.idx ?? null)],
    },
  }
}

/** Points between two gaps. */
const alone = (values: ArrayLike<number | null | undefined>): number[] => {
  const list: number[] = []
  for (let i = 0; i < values.length; i++)
    if (values[i] != null && values[i - 1] == null && values[i + 1] == null) list.push(i)
  return list
}

/** Between each line and the one below it; the lowest is filled down to 0 by its own series. */
const bandsOf = (plan: ChartPlan, color: (n: number) => string): uPlot.Band[] =>
  plan.series.slice(1).map(({ color: n }, i) => ({ series: [i + 2, i + 1], fill: `${color(n)}99` }))
