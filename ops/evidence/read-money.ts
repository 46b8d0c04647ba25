import { type Db, select } from '../../platform/mysql.ts'

/** The money of a sale, whole cents. */
export interface Money {
  orders: number
  paidCents: number
  refundedOrders: number
  refundedCents: number
  refundingCents: number
  /** Paid orders by the hour, or by the day where they stretch over more than three. */
  by: 'hour' | 'day'
  times: { at: number; orders: number; cents: number }[]
}

const HOUR_S = 3_600

export async function readMoney(db: Db, sale: number): Promise<Money> {
  const states = await select<{ state: string; orders: number; cents: number; first: Date; last: Date }>(
    db,
    `SELECT state, COUNT(*) AS orders, SUM(amount_cents) AS cents, MIN(updated_at) AS first, MAX(updated_at) AS last
     FROM orders WHERE sale_id = ? AND state IN ('paid', 'refunded', 'refunding') GROUP BY state`,
    [sale],
  )
  const of = (state: string) => states.find((row) => row.state === state)
  const paid = of('paid')
  const by = paid && paid.last.getTime() - paid.first.getTime() > 72 * HOUR_S * 1_000 ? 'day' : 'hour'
  const seconds = by === 'day' ? 24 * HOUR_S : HOUR_S
  const times = await select<{ part: number; orders: number; cents: number }>(
    db,
    `SELECT FLOOR(UNIX_TIMESTAMP(updated_at) / ${seconds}) AS part, COUNT(*) AS orders, SUM(amount_cents) AS cents
     FROM orders WHERE sale_id = ? AND state = 'paid' GROUP BY part ORDER BY part LIMIT 100`,
    [sale],
  )
  return {
    ...{ orders: Number(paid?.orders ?? 0), paidCents: Number(paid?.cents ?? 0), by },
    ...{
      refundedOrders: Number(of('refunded')?.orders ?? 0),
      refundedCents: Number(of('refunded')?.cents ?? 0),
    },
    refundingCents: Number(of('refunding')?.cents ?? 0),
    times: times.map((row) => ({
      ...{ at: Number(row.part) * seconds * 1_000, orders: Number(row.orders), cents: Number(row.cents) },
    })),
  }
}
