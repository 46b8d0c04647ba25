import type { RecordedAction } from '../../contract/console/action.ts'
import { listEvents } from '../../contract/events.ts'
import type { Sale } from '../../contract/words.ts'
import { type Db, select } from '../../platform/mysql.ts'
import { listActions } from '../actions/list-actions.ts'
import type { Course } from './read-course.ts'

export interface Entry {
  /** ms since 1970. */
  at: number
  kind: 'sale' | 'action' | 'switch' | 'fault'
  who: string
  what: string
}

/** Everything that happened around a sale, in its order: what it did, what people did to it, what went wrong. */
export async function readTimeline(db: Db, sale: Sale, course: Course): Promise<Entry[]> {
  const [row] = await select<{ created_at: Date }>(db, 'SELECT created_at FROM sales WHERE id = ?', [sale.id])
  const from = row!.created_at.getTime()
  const to = Math.max(sale.closesAt, course.lastOrderAt ?? 0) + 86_400_000
  const entries: Entry[] = []
  const add = (kind: Entry['kind'], at: number | undefined, what: string, who = '') => {
    if (at !== undefined) entries.push({ at, kind, who, what })
  }
  add(
    'sale',
    from,
    sale.sku === undefined ? 'registered' : `registered, ${sale.stock} units out of ${sale.sku}`,
  )
  add('sale', sale.opensAt, 'opening time')
  add('sale', course.firstOrderAt, 'first order')
  add('sale', course.firstPaidAt, 'first order paid')
  add('sale', course.soldOutAt, 'every unit held or sold')
  add('sale', course.lastOrderAt, 'last order')
  add('sale', sale.closesAt, 'closing time')
  for (const action of await listActions(db, { sale: sale.id }, 1_000)) {
    add('action', Date.parse(action.at), tellAction(action), action.who)
  }
  for (const event of await listEvents(db, sale.id, from, to)) {
    const kind = event.kind === 'settlement' || event.kind === 'closing' ? 'sale' : 'fault'
    add(kind, event.at.getTime(), event.detail, event.who)
  }
  const rehearsals = await select<{ id: number; created_at: Date }>(
    db,
    'SELECT id, created_at FROM sales WHERE rehearsal_of = ? ORDER BY id LIMIT 100',
    [sale.id],
  )
  for (const { id, created_at } of rehearsals) add('sale', created_at.getTime(), `rehearsal, as sale ${id}`)
  const turned = await select<
    Record<'name' | 'value_before' | 'value_after' | 'who' | 'reason', string> & { changed_at: Date }
  >(
    db,
    `SELECT name, value_before, value_after, who, reason, changed_at FROM switches
     WHERE sale_id IN (0, ?) AND changed_at BETWEEN ? AND ?
     UNION ALL SELECT name, value_before, value_after, who, reason, changed_at FROM settings
     WHERE changed_at BETWEEN ? AND ? LIMIT 1000`,
    [sale.id, new Date(from), new Date(to), new Date(from), new Date(to)],
  )
  for (const { name, value_before, value_after, who, reason, changed_at } of turned) {
    const why = reason === '' ? '' : ` (${reason})`
    add('switch', changed_at.getTime(), `${name}: ${value_before} -> ${value_after}${why}`, who)
  }
  return entries.sort((a, b) => a.at - b.at)
}

function tellAction({ action, before, after, reason }: RecordedAction): string {
  const why = reason === undefined ? '' : ` (${reason})`
  // Of a new sale the settings stand in a section of their own.
  if (action === 'sale.create') return `${action}${why}`
  if (action === 'sale.rehearse') return `${action}: ${tellRehearsal(after)}`
  const text = `${action} ${tellChange(before, after)}${why}`.trim()
  return text.length > 300 ? `${text.slice(0, 300)}…` : text
}

/** Its verdict; the checks behind it stand in the record of actions. */
function tellRehearsal(report: unknown): string {
  const { go, advised } = (report ?? {}) as { go?: boolean; advised?: number | null }
  const rate = advised == null ? '' : `, ${advised} tickets a second are safe`
  return `${go ? 'go' : 'no-go'}${rate}`
}

/** `phase: draft -> published`, for whatever was written down. */
function tellChange(before: unknown, after: unknown): string {
  const [from, to] = [before, after].map((value) =>
    typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : { '': value },
  ) as [Record<string, unknown>, Record<string, unknown>]
  const say = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value))
  return [...new Set([...Object.keys(from), ...Object.keys(to)])]
    .flatMap((name) => {
      const values = [from[name], to[name]].filter((value) => value !== undefined).map(say)
      return values.length === 0 ? [] : [`${name === '' ? '' : `${name}: `}${values.join(' -> ')}`]
    })
    .join(', ')
}
