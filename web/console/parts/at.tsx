import type { JSX } from 'preact'
import { clock, day, zone } from '../format.ts'

/** A time in two short lines, for tables: the day, and below it the time in the operator's zone with UTC beside it. */
export const At = ({ at }: { at: number }): JSX.Element => (
  <time class="at" dateTime={new Date(at).toISOString()} title={zone()}>
    <span>{day(at)}</span>
    <span>
      {clock(at)} <span class="utc">{clock(at, 'UTC')} UTC</span>
    </span>
  </time>
)
