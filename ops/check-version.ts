import { Problem } from '../contract/errors.ts'
import type { Sale } from '../contract/words.ts'
import type { Db } from '../platform/mysql.ts'
import { listActions } from './actions/list-actions.ts'

/**
 * Refuses to change what somebody else has changed since it was looked at: Problem `conflict`, which names who changed
 * what, and when. Under the lock of the sale's row. `version` undefined: whatever it is now.
 */
export async function checkVersion(
  db: Db,
  sale: Pick<Sale, 'id' | 'version'>,
  version: number | undefined,
): Promise<void> {
  if (version === undefined || sale.version === version) return
  const [latest] = await listActions(db, { sale: sale.id, changesOnly: true }, 1)
  const what = latest
    ? `: ${latest.who} did ${latest.action} at ${latest.at} (${inWords(latest.before)} -> ${inWords(latest.after)})`
    : ''
  throw new Problem('conflict', {
    detail: `sale ${sale.id} has been changed since you looked at it${what}; look again, then decide`,
    extra: { version: sale.version, ...(latest ? { changed: latest } : {}) },
  })
}

/** `{release: '10/100'}` as `release 10/100`. */
function inWords(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (typeof value !== 'object' || value === null) return String(value)
  return Object.entries(value)
    .map(([name, one]) => `${name} ${typeof one === 'object' ? JSON.stringify(one) : one}`)
    .join(', ')
}
