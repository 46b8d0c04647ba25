import { type CentreMemory, readCentre } from '../contract/centre.ts'
import { noteEvent } from '../contract/events.ts'
import { type EdgeReport, readReports } from '../contract/reports.ts'
import type { Snapshot } from '../contract/snapshot.ts'
import { AUTO_LEVEL, recordChange, type SwitchChange } from '../contract/switch-changes.ts'
import { valuesOf } from '../contract/switches.ts'
import type { Logger } from '../platform/log.ts'
import type { Pool } from '../platform/mysql.ts'
import type { Redis } from '../platform/redis.ts'
import { countDistinct } from './admission/distinct-buyers.ts'
import { type HotLimits, nextHotList } from './admission/hot-list.ts'
import { ALL_IN, nextShare, type ShareLimits } from './admission/next-share.ts'
import { nextLevel } from './load/next-level.ts'
import { type LineNow, steerAutoRelease } from './release/auto-release.ts'
import type { WindowLimits } from './release/next-window.ts'
import type { SwitchBoard } from './switches/switch-board.ts'

/** Changes that MySQL could not take yet. */
const MOST_UNRECORDED = 100

export interface Centre {
  /**
   * Works out what the doors are told besides the sales themselves: shares, switches, who is hot.
   * @param remembered what the last writer left in Redis
   * @param rooms free places in the line of each sale
   * @param lines what the cards say of the lines, for auto release
   * @returns what to remember, and the snapshot with it all filled in.
   */
  steer(
    snapshot: Snapshot,
    rooms: Map<number, number>,
    lines: readonly LineNow[],
    remembered: string | null,
  ): Promise<CentreMemory>
}

/** The centre: whichever gateway writes the snapshot steers all doors by what they report. */
export function createCentre(deps: {
  redis: Redis
  mysql: Pool
  switches: SwitchBoard
  name: string
  limits: () => ShareLimits & HotLimits
  autoRelease: () => WindowLimits
  log: Logger
}): Centre {
  const { redis, mysql, switches, name, limits, autoRelease, log } = deps
  const unrecorded: SwitchChange[] = []
  let recording = false

  /** In their order; the first that fails waits, with those behind it, for the next change or snapshot. */
  const record = async (): Promise<void> => {
    if (recording) return
    recording = true
    try {
      for (let next = unrecorded[0]; next !== undefined; next = unrecorded[0]) {
        await recordChange(mysql, next)
        unrecorded.shift()
      }
    } catch (error) {
      log.debug({ err: error }, 'automatic change not recorded yet')
    } finally {
      recording = false
    }
  }

  return {
    async steer(snapshot, rooms, lines, remembered) {
      const [edges, loads, workers] = await Promise.all([
        readReports(redis, 'edge'),
        readReports(redis, 'gateway'),
        readReports(redis, 'worker'),
      ])
      const last = readCentre(remembered)
      const now = snapshot.at
      const limitsNow = limits()
      const state = switches.state()
      const { why, ...level } = nextLevel(last.level, [...loads.values()], now)
      if (why !== undefined) {
        log.warn({ before: last.level.level, after: level.level, why }, 'level changed by load')
        const detail = `level ${last.level.level} -> ${level.level} by load: ${why}`
        void noteEvent(mysql, { kind: 'level', who: name, detail }, log)
        unrecorded.push({
          ...{ name: AUTO_LEVEL, value: String(level.level) },
          ...{ who: name, reason: why.slice(0, 200) },
        })
        if (unrecorded.length > MOST_UNRECORDED) unrecorded.shift()
      }
      if (unrecorded.length > 0) void record()

      const doors = [...edges.values()]
      const seen = { lines, workers: [...workers.values()], gateways: [...loads.values()] }
      const auto = await steerAutoRelease(redis, autoRelease(), last.auto, now, seen, log)
      const memory: CentreMemory = {
        shares: {},
        level,
        hot: nextHotList(last.hot, doors, limitsNow, now),
        auto,
      }
      for (const card of Object.values(snapshot.sales)) {
        const values = valuesOf(state, level.level, card.id)
        const before = last.shares[card.id] ?? ALL_IN
        const demand = demandOf(card.id, doors, rooms.get(card.id) ?? 0)
        const next =
          values.share === 'auto'
            ? nextShare(before, demand, limitsNow, now)
            : { share: values.share, at: now, roomSince: 0 }
        memory.shares[card.id] = next
        card.share = next.share
        if (state.sales[card.id]) card.switches = values
      }
      snapshot.switches = valuesOf(state, level.level)
      snapshot.hotUsers = Object.keys(memory.hot.users)
      return memory
    },
  }
}

function demandOf(sale: number, doors: readonly EdgeReport[], room: number) {
  const reports = doors.flatMap((door) => door.sales[sale] ?? [])
  return {
    room,
    passed: reports.reduce((sum, { passed }) => sum + passed, 0),
    buyers: countDistinct(reports.map(({ buyers }) => buyers)),
    reported: doors.length > 0,
  }
}
