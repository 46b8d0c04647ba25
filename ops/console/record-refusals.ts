import type { Logger } from '../../platform/log.ts'
import type { Pool } from '../../platform/mysql.ts'
import { type Action, recordAction } from '../actions/record-action.ts'

const EACH_MS = 60_000
/** Rows of refusals a minute, at most: whoever floods the console must not fill the record. */
const MOST = 60

export type RecordRefusal = (action: Action) => void

/**
 * Records what was tried and refused: the first of a kind in a minute and {@link MOST} rows a minute in all; the rest is
 * in the log alone. Never keeps the answer waiting, and never fails.
 */
export function createRefusalRecord(mysql: Pool, log: Logger): RecordRefusal {
  let began = 0
  const seen = new Set<string>()
  return (action) => {
    const now = Date.now()
    if (now - began > EACH_MS) {
      began = now
      seen.clear()
    }
    const { who, role, target, sale, address, requestId } = action
    log.warn({ who, role, action: action.action, target, sale, address, request: requestId }, 'refused')
    const kind = [who, action.action, target, sale, address].join(' ')
    if (seen.has(kind) || seen.size >= MOST) return
    seen.add(kind)
    recordAction(mysql, action).catch((error) => log.warn({ err: error }, 'a refusal is not recorded'))
  }
}
