import { Problem } from '../../contract/errors.ts'
import type { Db } from '../../platform/mysql.ts'
import { listActions } from './list-actions.ts'

/**
 * Refuses a change by somebody who has not seen the sale as it is: Problem `conflict` that names who changed what, when.
 * Call it under the row lock of the sale, with the version that the request names; undefined: whatever it is now.
 */
export async function refuseStale(
  db: Db,
  sale: { id: number; version: number },
  seen: number | undefined,
): Promise<void> {
  if (seen === undefined || seen === sale.version) return
  const [changed] = await listActions(db, { sale: sale.id, changesOnly: true }, 1)
  const detail =
    changed === undefined
      ? `sale ${sale.id} is at version ${sale.version}, and you saw ${seen}: look again`
      : `${changed.who} changed sale ${sale.id} (${changed.action}: ${words(changed.before)} -> ${words(changed.after)}, ` +
        `${changed.at}) after you looked; look again`
  throw new Problem('conflict', { detail, extra: { version: sale.version, changed } })
}

/** `{release: '10/100'}` as `release 10/100`. */
const words = (value: unknown): string => {
  if (value === undefined) return 'nothing'
  if (typeof value !== 'object' || value === null) return String(value)
  return Object.entries(value)
    .map(([name, one]) => `${name} ${typeof one === 'object' ? JSON.stringify(one) : one}`)
    .join(', ')
}
