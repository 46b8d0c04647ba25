import { useMemo, useState } from 'preact/hooks'
import type { ShownSale } from '../../../contract/console/sale.ts'
import type { Sample } from '../../../contract/console/sample.ts'
import { lostSince } from '../connection.ts'
import { toMs } from '../format.ts'
import { useNow } from '../parts/when.tsx'
import { useShared } from '../shared-value.ts'
import { merge } from './merge-samples.ts'
import { shownFrom } from './shown-from.ts'
import { useLive } from './use-live.ts'
import { usePast } from './use-past.ts'

/** A sample that comes later than this after the one before is late. */
const LATE_MS = 3_000
/** More points than a chart has pixels are not drawn. */
const MOST_POINTS = 600
/** What was kept is shown to its last sample, and so much further. */
const TAIL_MS = 10_000

/** Whether new samples of a sale come. */
export const isRunning = (sale: ShownSale, now: number): boolean =>
  ['published', 'paused'].includes(sale.phase) && toMs(sale.closesAt) > now

export interface Shown {
  /** What came since the page was opened, and the minutes before; `samples` are those that are drawn. */
  fresh: readonly Sample[]
  samples: readonly Sample[]
  from: number
  to: number
  stepMs: number
  /** No sample came for a while. */
  late: boolean
  /** Why the past could not be loaded. */
  error: unknown
}

/** The samples of a sale over so long a time (undefined: all of it), the newest at the right edge. */
export function useShown(sale: ShownSale, spanMs: number | undefined): Shown {
  const { samples: fresh, heardAt } = useLive(sale.id)
  const away = useShared(lostSince)
  const [opened] = useState(Date.now())
  const now = useNow()
  const running = isRunning(sale, opened)
  const [opensAt, closesAt] = [toMs(sale.opensAt), toMs(sale.closesAt)]

  // The past is asked for once a choice; what comes after it is followed.
  const end = running ? opened : Math.min(opened, closesAt + 60_000)
  const asked = useMemo(
    () => (spanMs === undefined ? shownFrom({ spanMs, to: end, opensAt, firstAt: undefined }) : end - spanMs),
    [spanMs, end, opensAt],
  )
  const past = usePast(sale.id, asked, opened)

  const last = fresh.at(-1)?.at
  const late = now - heardAt > LATE_MS
  // The right edge is the last sample, in the server's time. Where none comes, time goes on; where the connection is lost,
  // it stands still.
  const goneOn = late && away === undefined && last !== undefined ? now - heardAt : 0
  const newest = last ?? past.samples.at(-1)?.at
  const to = running ? (last ?? now) + goneOn : newest === undefined ? end : newest + TAIL_MS
  const firstAt = past.samples[0]?.at ?? fresh[0]?.at
  const from = shownFrom({ spanMs, to, opensAt, firstAt })

  const samples = useMemo(() => {
    const all = merge(past.samples, fresh, from)
    const step = Math.max(1, Math.ceil(all.length / MOST_POINTS))
    // By the time and not by the place in the list: else every point would move each second.
    return step === 1 ? all : all.filter(({ at }) => Math.floor(at / 1000) % step === 0)
  }, [past.samples, fresh, Math.floor(from / 1000)])
  const stepMs = 1.5 * Math.max(1000, (to - from) / MOST_POINTS)
  return { fresh, samples, from, to, stepMs, late, error: past.error }
}
