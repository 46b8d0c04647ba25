import type { JSX } from 'preact'
import { clock, inUtc, zone } from '../format.ts'

/** "14:03:27" in the operator's zone, and the same in UTC, where that is another time. */
export const ClockTime = ({ at }: { at: number }): JSX.Element => (
  <time dateTime={new Date(at).toISOString()} title={zone()}>
    {clock(at)} <span class="utc">{inUtc(at, clock)}</span>
  </time>
)
