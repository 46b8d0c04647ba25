import { type Db, select } from '../../platform/mysql.ts'

/** How well the order of joining is the order of release. */
export interface Fairness {
  orders: number
  firstNumber: number
  lastNumber: number
  /** Orders whose ticket was released later than a higher number was: somebody behind was served first. */
  overtaken: number
  /** Of those: tickets for several units, which stay at their place while fewer are free. */
  wantedMore: number
  /** Of those: tickets that Redis had lost, and that came back at their number when their buyer asked. */
  cameBack: number
  /** The rest: their buyers had stopped asking, and the place was kept for them. */
  passedOver: number
  /** Some of them, the lowest numbers. */
  examples: { number: number; laterMs: number; why: string }[]
}

const WHY = {
  wanted: 'wanted more units than were free',
  back: 'was lost with Redis and came back',
  passed: 'had stopped asking; the place was kept',
} as const

/** Reads who was overtaken, by the released orders of a sale in the order of their numbers. */
export async function readFairness(db: Db, sale: number): Promise<Fairness> {
  const overtaken = `
    SELECT o.number, o.quantity, o.released_at, TIMESTAMPDIFF(MICROSECOND, o.earliest, o.released_at) / 1000 AS later,
      EXISTS (SELECT 1 FROM epochs e WHERE e.sale_id = ? AND e.first_number > o.number AND e.created_at < o.released_at) AS lost
    FROM (SELECT number, quantity, released_at, MIN(released_at) OVER (ORDER BY number
            ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) AS earliest FROM orders WHERE sale_id = ?) o
    WHERE o.earliest < o.released_at`
  const [range] = await select<{ orders: number; first: number | null; last: number | null }>(
    db,
    'SELECT COUNT(*) AS orders, MIN(number) AS first, MAX(number) AS last FROM orders WHERE sale_id = ?',
    [sale],
  )
  const [sums] = await select<Record<'overtaken' | 'wanted' | 'back', number | null>>(
    db,
    `SELECT COUNT(*) AS overtaken, SUM(quantity > 1) AS wanted, SUM(quantity = 1 AND lost) AS back
     FROM (${overtaken}) overtaken`,
    [sale, sale],
  )
  const some = await select<{ number: number; quantity: number; later: number; lost: number }>(
    db,
    `${overtaken} ORDER BY o.number LIMIT 12`,
    [sale, sale],
  )
  const all = Number(sums?.overtaken ?? 0)
  const wantedMore = Number(sums?.wanted ?? 0)
  const cameBack = Number(sums?.back ?? 0)
  return {
    ...{ orders: Number(range!.orders), firstNumber: Number(range!.first ?? 0) },
    ...{ lastNumber: Number(range!.last ?? 0), overtaken: all, wantedMore, cameBack },
    passedOver: all - wantedMore - cameBack,
    examples: some.map(({ number, quantity, later, lost }) => ({
      ...{ number: Number(number), laterMs: Number(later) },
      why: quantity > 1 ? WHY.wanted : Number(lost) === 1 ? WHY.back : WHY.passed,
    })),
  }
}
