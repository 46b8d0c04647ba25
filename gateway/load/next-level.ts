import type { LevelMemory } from '../../contract/centre.ts'
import type { GatewayLoad } from '../../contract/reports.ts'
import { AUTO_MOST } from '../../contract/switches.ts'

interface Rule {
  of: keyof GatewayLoad
  /** From the n-th of these values on, the load calls for level n. */
  raise: readonly [number, number, number]
  /** Up to this value it is calm. */
  calm: number
}

/** The rules on load, asked of the busiest gateway. */
export const RULES: readonly Rule[] = [
  { of: 'loopMs', raise: [150, 400, 1_000], calm: 50 },
  { of: 'inFlight', raise: [1_000, 2_500, 5_000], calm: 300 },
  { of: 'orderLagMs', raise: [5_000, 15_000, 30_000], calm: 2_000 },
  { of: 'queue', raise: [500, 2_000, 10_000], calm: 100 },
]

/** Trouble must last so long before the level rises by one, and calm so long before it falls by one. */
const WORSE_MS = 3_000
const CALM_MS = 10_000

/** The level for the next snapshot; `why` where it changed. Times in ms. */
export function nextLevel(
  last: LevelMemory,
  loads: readonly GatewayLoad[],
  now: number,
): LevelMemory & { why?: string } {
  const worst = RULES.map((rule) => ({
    ...rule,
    value: Math.max(0, ...loads.map((load) => Number(load[rule.of]) || 0)),
  }))
  const wanted = worst.map(({ raise, value }) => raise.filter((from) => value >= from).length)
  const highest = Math.min(AUTO_MOST, Math.max(...wanted))
  const worse = highest > last.level
  // Without a report nothing is known: that is no calm.
  const calm = loads.length > 0 && worst.every((rule) => rule.value <= rule.calm)
  const worseSince = worse ? last.worseSince || now : 0
  const calmSince = calm ? last.calmSince || now : 0
  if (worse && now - worseSince >= WORSE_MS) {
    const reasons = worst.filter((_, i) => wanted[i]! > last.level)
    const why = reasons.map(({ of, value }) => `${of} ${Math.round(value)}`).join(', ')
    return { level: last.level + 1, at: now, worseSince: now, calmSince: 0, why }
  }
  if (calm && last.level > 0 && now - calmSince >= CALM_MS) {
    return { level: last.level - 1, at: now, worseSince: 0, calmSince: now, why: 'calm again' }
  }
  return { ...last, worseSince, calmSince }
}
