import { fetchCentre } from '../../contract/centre.ts'
import { SWITCHES_CHANGED } from '../../contract/keys.ts'
import { fetchSwitches, readSwitches, spreadSwitches } from '../../contract/switch-changes.ts'
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
const COMPARE_MS = 3_000

/**
 * Follows the switches: told by pub/sub, looked up in Redis twice a second by whoever missed it, and compared with MySQL,
 * which has the record, every 3 s. The state with the higher version counts, and is put back into a Redis that forgot it
 * or was rolled back. What was known last stays in force while the stores are down.
 */
export async function createSwitchBoard(deps: {
  redis: Redis
  subscriber: Redis
  mysql: Pool
  log: Logger
}): Promise<SwitchBoard> {
  const { redis, subscriber, mysql, log } = deps
  let state = NOTHING_SET
  let autoLevel = 0
  let hot: number[] = []
  const known = new Map<number | undefined, SwitchValues>()

  const take = (next: SwitchState | undefined, level = autoLevel): void => {
    const newer = next !== undefined && next.version > state.version
    if (!newer && level === autoLevel) return
    if (newer) state = next
    autoLevel = level
    known.clear()
    log.info({ version: state.version, level: board.of().level }, 'switches changed')
  }

  const look = async (): Promise<void> => {
    const [held, centre] = await Promise.all([fetchSwitches(redis), fetchCentre(redis)])
    hot = Object.keys(centre.hot.sales).map(Number)
    take(held, centre.level.level)
  }

  const compare = async (): Promise<void> => {
    take(await readSwitches(mysql))
    if (state.version === 0) return
    const held = await fetchSwitches(redis)
    if (held === undefined || held.version < state.version) await spreadSwitches(redis, state)
  }

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
      clearInterval(comparing)
      subscriber.off('message', onMessage)
    },
  }

  const quietly = (work: () => Promise<void>) => (): void => {
    work().catch((error) => log.debug({ err: error }, 'switches not looked up, the last ones stay in force'))
  }
  const onMessage = (channel: string): void => {
    if (channel === SWITCHES_CHANGED) quietly(look)()
  }
  subscriber.on('message', onMessage)
  await subscriber.subscribe(SWITCHES_CHANGED)
  take(await readSwitches(mysql))
  await look()
  const looking = setInterval(quietly(look), LOOK_MS)
  const comparing = setInterval(quietly(compare), COMPARE_MS)
  return board
}
