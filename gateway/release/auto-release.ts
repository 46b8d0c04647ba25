import type { AutoRelease } from '../../contract/auto-release.ts'
import { shareWindow } from '../../contract/card-settings.ts'
import type { GatewayLoad, WorkerLoad } from '../../contract/reports.ts'
import type { Logger } from '../../platform/log.ts'
import type { Redis } from '../../platform/redis.ts'
import { nextWindow, startWindow, type WindowLimits } from './next-window.ts'
import { readBackends } from './read-backends.ts'
import { splitWindow } from './split-window.ts'

/** What the card of a sale says of its line when a snapshot is written. */
export interface LineNow {
  sale: number
  isAuto: boolean
  /** Units that nobody holds and that are not in flight. */
  free: number
  waiting: number
  /** Tickets released and not recorded. */
  inFlight: number
  /** The part of the window on the card; 0: none. */
  share: number
}

/** A part that changed by less than this is not written anew. */
const WORTH_WRITING = 0.05

const LEAST_WINDOW = 100

/** Bounds of the window, by the configuration. It begins at a quarter of the largest one. */
export const windowLimits = (config: {
  SLUICE_AUTO_LAG_MS: number
  SLUICE_FLIGHT_WINDOW: number
}): WindowLimits => {
  const most = config.SLUICE_FLIGHT_WINDOW
  const least = Math.min(LEAST_WINDOW, most)
  return { targetMs: config.SLUICE_AUTO_LAG_MS, least, start: Math.max(least, Math.floor(most / 4)), most }
}

/** What a sale may have in flight before the centre has looked. */
export const firstWindow = ({ targetMs, start, most }: WindowLimits): number =>
  targetMs === 0 ? most : start

/**
 * Steers auto release: decides the window of all sales together (next-window.ts), splits it, and writes each sale's part on
 * its card, where lua/redis/release.lua takes it from. Without a target (`targetMs` 0) every sale has the largest window.
 * @returns what the next writer of a snapshot must know.
 */
export async function steerAutoRelease(
  redis: Redis,
  limits: WindowLimits,
  last: AutoRelease | undefined,
  now: number,
  seen: { lines: readonly LineNow[]; workers: readonly WorkerLoad[]; gateways: readonly GatewayLoad[] },
  log: Logger,
): Promise<AutoRelease> {
  const { lines, workers, gateways } = seen
  const queue = Math.max(0, ...gateways.map((load) => load.queue || 0))
  const inFlight = lines.reduce((sum, line) => sum + line.inFlight, 0)
  const steered = nextWindow(
    last ?? startWindow(limits, now),
    readBackends(workers, queue, inFlight),
    limits,
    now,
  )
  const isFixed = limits.targetMs === 0
  const auto: AutoRelease = isFixed ? { ...steered, window: limits.most, limitedBy: 'most' } : steered

  const autos = lines.filter(({ isAuto }) => isAuto)
  // What fixed rates have in flight loads the same backends.
  const others = lines.reduce((sum, line) => sum + (line.isAuto ? 0 : line.inFlight), 0)
  const room = Math.max(limits.least, auto.window - others)
  const wants = autos.map((line) => ({
    sale: line.sale,
    wants: line.inFlight + Math.max(0, Math.min(line.waiting, line.free)),
  }))
  const shares = isFixed
    ? new Map(autos.map(({ sale }) => [sale, limits.most]))
    : splitWindow(room, limits.least, wants)
  const changed = autos.filter(({ sale, share }) => {
    const next = shares.get(sale)!
    return Math.abs(next - share) > WORTH_WRITING * share
  })
  await Promise.all(
    changed.map(({ sale }) =>
      // The last known window stands until the next snapshot.
      shareWindow(redis, sale, shares.get(sale)!).catch((error) =>
        log.debug({ err: error, sale }, 'window not written'),
      ),
    ),
  )
  return auto
}
