import type { Settlement } from '../../contract/console/settlement.ts'
import { type Db, select } from '../../platform/mysql.ts'

/** A sale's settlement, or undefined where it has none. */
export async function readSettlement(db: Db, sale: number): Promise<Settlement | undefined> {
  const [row] = await select<{
    sku: string | null
    currency: string
    stock: number
    paid_units: number
    units_back: number
    orders: number
    amount_cents: number
    settled_by: string
    settled_at: Date
  }>(
    db,
    `SELECT t.*, s.sku, s.currency FROM settlements t JOIN sales s ON s.id = t.sale_id WHERE t.sale_id = ?`,
    [sale],
  )
  if (!row) return undefined
  const [told] = await select<{ sent: number; waiting: number }>(
    db,
    `SELECT COUNT(sent_at) AS sent, COUNT(*) - COUNT(sent_at) AS waiting FROM outbox WHERE sale_id = ?`,
    [sale],
  )
  return {
    ...{ sale, sku: row.sku, currency: row.currency, stock: row.stock },
    ...{ paidUnits: row.paid_units, unitsBack: row.units_back, orders: row.orders },
    ...{ amountCents: Number(row.amount_cents), settledBy: row.settled_by },
    settledAt: row.settled_at.getTime(),
    outbox: { sent: Number(told!.sent), waiting: Number(told!.waiting) },
  }
}
