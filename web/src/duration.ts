/** One piece of a big figure: a countdown has several, a place in line has one. */
export interface Part {
  value: string
  unit: string
}

const two = (n: number): string => String(n).padStart(2, '0')

/** Splits the ms that are left into days and hours (when there are any), minutes and seconds, rounded up. */
export function countdownParts(leftMs: number): Part[] {
  const seconds = Math.max(0, Math.ceil(leftMs / 1000))
  const days = Math.floor(seconds / 86_400)
  const hours = Math.floor((seconds % 86_400) / 3600)
  const parts = [
    { value: two(Math.floor((seconds % 3600) / 60)), unit: 'min' },
    { value: two(seconds % 60), unit: 'sec' },
  ]
  if (days > 0 || hours > 0) parts.unshift({ value: two(hours), unit: hours === 1 ? 'hour' : 'hours' })
  if (days > 0) parts.unshift({ value: String(days), unit: days === 1 ? 'day' : 'days' })
  return parts
}

/** An honest, rounded waiting time in words: exact seconds would promise more than anybody knows. */
export function roughly(ms: number): string {
  if (ms < 4_000) return 'a few seconds'
  if (ms < 50_000) return `about ${Math.ceil(ms / 5_000) * 5} seconds`
  if (ms < 90_000) return 'about a minute'
  if (ms < 3_600_000 - 30_000) return `about ${Math.round(ms / 60_000)} minutes`
  if (ms < 5_400_000) return 'about an hour'
  if (ms < 172_800_000) return `about ${Math.round(ms / 3_600_000)} hours`
  return `about ${Math.round(ms / 86_400_000)} days`
}

/** Seconds for a button that counts down: "3 s". Never 0 while time is left. */
export const seconds = (ms: number): string => `${Math.max(1, Math.ceil(ms / 1000))} s`
