import { duration, number, percent } from '../format.ts'
import type { ChartPlan } from './charts.ts'

/** A value as its chart's unit writes it. */
export function writeValue(unit: ChartPlan['unit'], value: number | null | undefined): string {
  if (value == null) return '–'
  if (unit === 'ms') return duration(value)
  if (unit === 'share') return percent(value)
  return unit === 'rate' ? `${number(value)}/s` : number(value)
}

const small = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 })

/** The same in the few characters that an axis has. */
export function writeTick(unit: ChartPlan['unit'], value: number): string {
  if (unit === 'share') return `${Math.round(100 * value)}%`
  if (unit === 'ms') return value >= 1000 ? `${small.format(value / 1000)} s` : `${small.format(value)} ms`
  return small.format(value)
}
