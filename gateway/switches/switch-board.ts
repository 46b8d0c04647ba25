import { fetchCentre } from '../../contract/centre.ts'
import { followState } from '../../contract/follow-state.ts'
import { SWITCH_STATE } from '../../contract/switch-changes.ts'
import { NOTHING_SET, type SwitchState, type SwitchValues, valuesOf } from '../../contract/switches.ts'
import type { Logger } from '../../platform/log.ts'
import type { Pool } from '../../platform/mysql.ts'
import type { Redis } from '../../platform/redis.ts'

/** What is switched now, as this gateway knows it. */
export interface SwitchBoard {
  /** What counts for a sale; without one, for all. */
  of(sale?: number): SwitchValues
  /** What was set by hand. */
  state(): SwitchState
  /** The level of the rules on load. */
  autoLevel(): number
  /** IDs of the hottest sales, as the centre last wrote them. */
  hotSales(): number[]
  stop(): void
}

const LOOK_MS = 500

/** Follows the switches as people set them (contract/follow-state.ts), and what the centre makes of the load. */
export async function createSwitchBoard(deps: {
  redis: Redis
  subscriber: Redis
  mysql: Pool
  log: Logger
}): Promise<SwitchBoard> {
  const { redis, log } = deps
  let state = NOTHING_SET
  let autoLevel = 0
  let hot: number[] = []
  const known = new Map<number | undefined, SwitchValues>()

  const take = (next: SwitchState, level: number): void => {
    if (next === state && level === autoLevel) return
    state = next
    autoLevel = level
    known.clear()
    log.info({ version: state.version, level: board.of().level }, 'switches changed')
  }

  const look = async (): Promise<void> => {
    const centre = await fetchCentre(redis)
    hot = Object.keys(centre.hot.sales).map(Number)
    take(state, centre.level.level)
  }
  const quietly = (): Promise<void> =>
    look().catch((error) =>
      log.debug({ err: error }, 'centre not looked up, what it said last stays in force'),
    )

  const board: SwitchBoard = {
    of(sale) {
      const own = sale !== undefined && state.sales[sale] !== undefined ? sale : undefined
      let values = known.get(own)
      if (!values) {
        values = valuesOf(state, autoLevel, own)
        known.set(own, values)
      }
      return values
    },
    state: () => state,
    autoLevel: () => autoLevel,
    hotSales: () => hot,
    stop() {
      clearInterval(looking)
      unfollow()
    },
  }

  const unfollow = await followState(SWITCH_STATE, deps, (next) => take(next, autoLevel))
  await quietly()
  const looking = setInterval(() => void quietly(), LOOK_MS)
  return board
}
