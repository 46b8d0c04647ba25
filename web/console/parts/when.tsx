import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { clock, day, inUtc, minute, span, zone } from '../format.ts'

/** A time in the operator's zone, with UTC beside it; of UTC the day too where it is another. `at` is ms since 1970. */
export function When({ at, seconds = false }: { at: number; seconds?: boolean }): JSX.Element {
  const time = seconds ? clock : minute
  const sameDay = day(at) === day(at, 'UTC')
  return (
    <time class="when" dateTime={new Date(at).toISOString()} title={zone()}>
      {day(at)}, {time(at)}{' '}
      <span class="utc">
        {sameDay ? inUtc(at, time) : `${day(at, 'UTC').replace(/ \d{4}$/, '')}, ${time(at, 'UTC')} UTC`}
      </span>
    </time>
  )
}

/** What time it is, once a second. */
export function useNow(everyMs = 1000): number {
  const [now, setNow] = useState(Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs)
    return () => clearInterval(timer)
  }, [everyMs])
  return now
}

/** "in 3 h 20 min" or "12 s ago". */
export function Relative({ at }: { at: number }): JSX.Element {
  const now = useNow()
  return <span class="relative">{at > now ? `in ${span(at - now)}` : `${span(now - at)} ago`}</span>
}
