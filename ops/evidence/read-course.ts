import { type Db, select } from '../../platform/mysql.ts'

/** How a sale went, by its orders. Times are ms since 1970; absent where it did not happen. */
export interface Course {
  firstOrderAt?: number
  lastOrderAt?: number
  firstPaidAt?: number
  /** When every unit was held or sold for the first time. */
  soldOutAt?: number
  /** Units that came back from unpaid orders. */
  unitsBack: number
  buyers: number
}

const ms = (name: string, at: Date | null | undefined): object => (at ? { [name]: at.getTime() } : {})

export async function readCourse(db: Db, sale: number, stock: number): Promise<Course> {
  const [orders] = await select<{ first: Date | null; last: Date | null; paid: Date | null; buyers: number }>(
    db,
    `SELECT MIN(created_at) AS first, MAX(created_at) AS last, COUNT(DISTINCT buyer) AS buyers,
       MIN(IF(state = 'paid', updated_at, NULL)) AS paid FROM orders WHERE sale_id = ?`,
    [sale],
  )
  // Units held, after each order and each unit that came back.
  const [full] = await select<{ at: Date | null }>(
    db,
    `SELECT MIN(at) AS at FROM (
       SELECT at, SUM(units) OVER (ORDER BY at, units ROWS UNBOUNDED PRECEDING) AS held FROM (
         SELECT IF(takes_when_paid = 1, updated_at, created_at) AS at, CAST(quantity AS SIGNED) AS units FROM orders
         WHERE sale_id = ? AND (takes_when_paid = 0 OR state = 'paid')
         UNION ALL SELECT created_at, -CAST(quantity AS SIGNED) FROM restores WHERE sale_id = ?) moves) course
     WHERE held >= ?`,
    [sale, sale, stock],
  )
  const [back] = await select<{ units: number | null }>(
    db,
    'SELECT SUM(quantity) AS units FROM restores WHERE sale_id = ?',
    [sale],
  )
  return {
    ...ms('firstOrderAt', orders?.first),
    ...ms('lastOrderAt', orders?.last),
    ...ms('firstPaidAt', orders?.paid),
    ...ms('soldOutAt', full?.at),
    unitsBack: Number(back?.units ?? 0),
    buyers: Number(orders?.buyers ?? 0),
  }
}
