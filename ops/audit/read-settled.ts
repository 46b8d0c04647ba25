import { type Db, select } from '../../platform/mysql.ts'

/** What MySQL says of a sale's settlement; single finds are limited by `most`. */
export interface SettledBooks {
  settlement:
    | { stock: number; paidUnits: number; unitsBack: number; orders: number; amountCents: number }
    | undefined
  /** Paid orders that the shop is not told of, and what it is told of that is none, or with other words. */
  untold: number[]
  wronglyTold: number[]
}

/** Reads how a sale was settled, in the snapshot of the other books. */
export async function readSettled(
  db: Db,
  id: number,
  sku: string | undefined,
  most: number,
): Promise<SettledBooks> {
  const [row] = await select<
    Record<'stock' | 'paid_units' | 'units_back' | 'orders' | 'amount_cents', number>
  >(db, 'SELECT stock, paid_units, units_back, orders, amount_cents FROM settlements WHERE sale_id = ?', [id])
  const untold = await select<{ number: number }>(
    db,
    `SELECT o.number FROM orders o LEFT JOIN outbox b ON b.sale_id = o.sale_id AND b.number = o.number
     WHERE o.sale_id = ? AND o.state = 'paid' AND b.number IS NULL ORDER BY o.number LIMIT ${most}`,
    [id],
  )
  const wrong = await select<{ number: number }>(
    db,
    `SELECT b.number FROM outbox b JOIN orders o ON o.sale_id = b.sale_id AND o.number = b.number
     WHERE b.sale_id = ? AND (o.state <> b.kind OR o.buyer <> b.buyer OR o.quantity <> b.quantity
       OR o.amount_cents <> b.amount_cents OR o.currency <> b.currency OR NOT b.sku <=> ?)
     ORDER BY b.number LIMIT ${most}`,
    [id, sku ?? null],
  )
  return {
    settlement: row && {
      ...{ stock: row.stock, paidUnits: row.paid_units, unitsBack: row.units_back, orders: row.orders },
      amountCents: Number(row.amount_cents),
    },
    untold: untold.map((one) => Number(one.number)),
    wronglyTold: wrong.map((one) => Number(one.number)),
  }
}
