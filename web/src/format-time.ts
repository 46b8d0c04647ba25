/** Writes a time as "Thu, 20 Nov, 21:40": in the reader's own time zone, or in `timeZone` and then naming it. */
export function formatTime(at: number, timeZone?: string): string {
  return new Date(at).toLocaleString('en-GB', {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    ...(timeZone === undefined ? {} : { timeZone, timeZoneName: 'short' }),
  })
}

/** "21:40:05", in the reader's own time zone. */
export const clockTime = (at: number): string => new Date(at).toLocaleTimeString('en-GB')
