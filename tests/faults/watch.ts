import { setTimeout as sleep } from 'node:timers/promises'
import { type Pool, select } from '../../platform/mysql.ts'

export interface Watch {
  /** What was ever wrong with the units of the sale, each once. */
  stop(): Promise<string[]>
}

const EVERY_MS = 100

/** Looks at the units of a sale in MySQL again and again, each time at one instant. While MySQL is away there is nothing to see. */
export function watchUnits(mysql: Pool, sale: number): Watch {
  const wrong = new Set<string>()
  let stopped = false
  const loop = async (): Promise<void> => {
    while (!stopped) {
      const rows = await select<{ stock: number; sold: number; held: string; several: number }>(
        mysql,
        `SELECT s.stock, s.sold, (SELECT COALESCE(SUM(units), 0) FROM orders WHERE sale_id = s.id) AS held,
           (SELECT COUNT(*) - COUNT(DISTINCT buyer) FROM orders WHERE sale_id = s.id AND live = 1) AS several
         FROM sales s WHERE s.id = ?`,
        [sale],
      ).catch(() => [])
      for (const { stock, sold, held, several } of rows) {
        if (Number(held) > stock || sold > stock)
          wrong.add(`oversold: ${held} units are held or sold (counted: ${sold}) of a stock of ${stock}`)
        if (Number(held) !== sold) wrong.add(`${sold} units are counted as sold, orders hold ${held}`)
        if (several > 0) wrong.add(`duplicate: ${several} live orders more than buyers`)
      }
      await sleep(EVERY_MS)
    }
  }
  const done = loop()
  return {
    async stop() {
      stopped = true
      await done
      return [...wrong]
    },
  }
}
