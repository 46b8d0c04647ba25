import type { Logger } from '../platform/log.ts'
import { type Db, select } from '../platform/mysql.ts'

/** Rare things that gateways, workers and ops write down, for the operator and the evidence pack. */
const EVENT_KINDS = ['repair', 'parked', 'epoch', 'level', 'closing', 'settlement'] as const
export type EventKind = (typeof EVENT_KINDS)[number]

export interface NewEvent {
  /** Absent: about no single sale. */
  sale?: number | undefined
  kind: EventKind
  who: string
  /** One sentence. */
  detail: string
}

export interface Event {
  sale: number | null
  at: Date
  kind: EventKind
  who: string
  detail: string
}

/** Of each kind so many a minute and process are written; a flood of them says no more than the first ones. */
const MOST_A_MINUTE = 60
const written = new Map<EventKind, { minute: number; count: number }>()

function mayWrite(kind: EventKind): boolean {
  const minute = Math.floor(Date.now() / 60_000)
  const known = written.get(kind)
  const count = known?.minute === minute ? known.count + 1 : 1
  written.set(kind, { minute, count })
  return count <= MOST_A_MINUTE
}

/**
 * Notes an event beside the work it is about: it never rejects, and nobody has to wait for it. What MySQL does not take, or
 * what comes too often, is in the log alone.
 */
export async function noteEvent(db: Db, event: NewEvent, log?: Pick<Logger, 'warn'>): Promise<void> {
  if (!mayWrite(event.kind)) return
  try {
    await writeEvent(db, event)
  } catch (error) {
    log?.warn({ err: error, event }, 'event not noted')
  }
}

/** Writes an event, in the transaction of what it tells of. Rejects as MySQL does. */
export async function writeEvent(db: Db, { sale, kind, who, detail }: NewEvent): Promise<void> {
  await db.query('INSERT INTO events (sale_id, at, kind, who, detail) VALUES (?, ?, ?, ?, ?)', [
    ...[sale ?? null, new Date(), kind, who.slice(0, 100), detail.slice(0, 500)],
  ])
}

/** The events of a sale and those of no single sale in its time, the first ones first. Times are ms. */
export async function listEvents(db: Db, sale: number, from: number, to: number): Promise<Event[]> {
  const rows = await select<Event & { sale_id: number | null }>(
    db,
    `SELECT sale_id, at, kind, who, detail FROM events WHERE sale_id = ?
     UNION ALL
     SELECT sale_id, at, kind, who, detail FROM events WHERE sale_id IS NULL AND at BETWEEN ? AND ?
     ORDER BY at LIMIT 2000`,
    [sale, new Date(from), new Date(to)],
  )
  return rows.map(({ sale_id, at, kind, who, detail }) => ({ sale: sale_id, at, kind, who, detail }))
}
