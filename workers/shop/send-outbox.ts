import { noteEvent } from '../../contract/events.ts'
import type { ShopMessage, ShopMessageKind } from '../../contract/shop-message.ts'
import { type Db, select, transaction } from '../../platform/mysql.ts'
import type { Backends } from '../orders/serve-batch.ts'
import type { Outbox } from '../outbox.ts'

/** Sent under one lock: confirmed by RabbitMQ well within the time that MySQL lets a transaction rest. */
const MOST = 200

interface Row {
  sale_id: number
  number: number
  kind: ShopMessageKind
  sku: string | null
  buyer: string
  quantity: number
  amount_cents: number
  currency: string
  happened_at: Date
}

/**
 * Sends what the shop has not been told yet, the oldest first, until there is nothing left. Workers share the work: what
 * one has in hand is locked, and the others skip it. A row is marked after RabbitMQ has confirmed its message, so a worker
 * that dies in between leaves it to be sent again: at least once, under the same message ID.
 * @returns how many it sent. Rejects when RabbitMQ does not confirm; what it had confirmed until then is marked.
 */
export async function sendOutbox({ mysql, log }: Backends, name: string, outbox: Outbox): Promise<number> {
  let sent = 0
  for (;;) {
    const { rows, unconfirmed } = await transaction(mysql, (db) => sendSome(db, outbox))
    sent += rows.length
    for (const sale of new Set(rows.map((row) => row.sale_id))) {
      const own = rows.filter((row) => row.sale_id === sale).length
      log.info({ sale, orders: own }, 'shop told of orders')
      const detail = `the shop was told of ${own} orders`
      await noteEvent(mysql, { sale, kind: 'settlement', who: name, detail }, log)
    }
    if (unconfirmed !== undefined) throw unconfirmed
    if (rows.length < MOST) return sent
  }
}

async function sendSome(db: Db, outbox: Outbox): Promise<{ rows: Row[]; unconfirmed: unknown }> {
  const rows = await select<Row>(
    db,
    `SELECT sale_id, number, kind, sku, buyer, quantity, amount_cents, currency, happened_at FROM outbox
     WHERE sent_at IS NULL ORDER BY created_at, sale_id, number LIMIT ${MOST} FOR UPDATE SKIP LOCKED`,
  )
  const results = await Promise.allSettled(rows.map((row) => outbox.tellShop(toMessage(row))))
  const confirmed = rows.filter((_, i) => results[i]!.status === 'fulfilled')
  if (confirmed.length > 0) {
    await db.query('UPDATE outbox SET sent_at = ? WHERE (sale_id, number) IN (?)', [
      new Date(),
      confirmed.map((row) => [row.sale_id, row.number]),
    ])
  }
  const failed = results.find((result) => result.status === 'rejected')
  return { rows: confirmed, unconfirmed: failed?.reason }
}

const toMessage = (row: Row): ShopMessage => ({
  ...{ kind: row.kind, sale: row.sale_id, number: Number(row.number), sku: row.sku, buyer: row.buyer },
  ...{ quantity: row.quantity, amountCents: Number(row.amount_cents), currency: row.currency },
  at: row.happened_at.getTime(),
})

/** How many rows wait to be sent, and for how long the oldest has, in seconds. */
export async function readBacklog(db: Db): Promise<{ waiting: number; oldestS: number }> {
  const [row] = await select<{ waiting: number; oldest: Date | null }>(
    db,
    'SELECT COUNT(*) AS waiting, MIN(created_at) AS oldest FROM outbox WHERE sent_at IS NULL',
  )
  const oldest = row?.oldest?.getTime()
  const oldestS = oldest === undefined ? 0 : Math.max(0, (Date.now() - oldest) / 1_000)
  return { waiting: Number(row?.waiting ?? 0), oldestS }
}
