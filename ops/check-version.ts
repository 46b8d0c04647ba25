import { Problem } from '../contract/errors.ts'
import type { Sale } from '../contract/words.ts'
import { type Db, select } from '../platform/mysql.ts'

/**
 * Refuses to change what somebody else has changed since it was looked at: Problem `conflict`, which names who changed
 * what, and when. Under the lock of the sale's row.
 */
export async function checkVersion(db: Db, sale: Sale, version: number): Promise<void> {
  if (sale.version === version) return
  const [latest] = await select<{ who: string; action: string; at: Date }>(
    db,
    'SELECT who, action, at FROM actions WHERE sale_id = ? ORDER BY id DESC LIMIT 1',
    [sale.id],
  )
  const what = latest ? `: ${latest.who} did ${latest.action} at ${latest.at.toISOString()}` : ''
  throw new Problem('conflict', {
    detail: `sale ${sale.id} has been changed since you looked at it${what}; look again, then decide`,
    extra: { version: sale.version, ...(latest ? { changed: latest } : {}) },
  })
}
