import type { WorkerLoad } from '../../contract/reports.ts'
import type { BackendsNow } from './next-window.ts'

/** What all workers report, put together: rates add up, a time is the mean of the tickets or the longest. */
export function readBackends(loads: readonly WorkerLoad[], queue: number, inFlight: number): BackendsNow {
  const perSecond = loads.reduce((sum, load) => sum + number(load.perSecond), 0)
  const lagSum = loads.reduce((sum, load) => sum + number(load.perSecond) * number(load.lagMs), 0)
  return {
    workers: loads.length,
    perSecond,
    lagMs: perSecond > 0 ? Math.round(lagSum / perSecond) : 0,
    oldestMs: Math.max(0, ...loads.map(({ oldestMs }) => number(oldestMs))),
    dbMs: Math.max(0, ...loads.map(({ dbMs }) => number(dbMs))),
    queue,
    inFlight,
  }
}

/** Of a worker of another version a figure may be missing. */
const number = (value: number): number => (Number.isFinite(value) ? value : 0)
