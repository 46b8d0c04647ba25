import type { JSX } from 'preact'
import { day } from '../format.ts'
import { ClockTime } from './clock-time.tsx'

/** A time in two short lines, for tables: the day, and below it the time. */
export const At = ({ at }: { at: number }): JSX.Element => (
  <span class="at">
    <span>{day(at)}</span>
    <ClockTime at={at} />
  </span>
)
