import { setTimeout as sleep } from 'node:timers/promises'
import type { ReleaseRate } from '../../contract/words.ts'
import { auditSale } from '../../ops/audit/audit-sale.ts'
import { changeRelease } from '../../ops/sales/change-release.ts'
import type { SaleStores } from '../../ops/sales/sale-stores.ts'
import { select } from '../../platform/mysql.ts'
import type { Stack } from '../../stack/stack.ts'
import { fillLine } from './fill-line.ts'
import { openSale } from './sell.ts'

/** As good as no release. */
const STANDING: ReleaseRate = { batch: 1, everyMs: 3_600_000 }
const WITHIN_MS = 120_000

export interface Sold {
  perSecond: number
  /** From release to row, ms. */
  lag99: number
  wrong: string[]
}

/** A line that stands already, released at this rate: from its first release to its last row. */
export async function sellLine(
  stack: Stack,
  stores: SaleStores,
  count: number,
  release: ReleaseRate,
): Promise<Sold> {
  const sale = await openStandingSale(stack, stores, count)
  await fillLine(stores.redis, sale, { prefix: `s${sale}-`, from: 1, count })
  await changeRelease(stores, sale, release)
  await untilSold(stores, sale, count)
  const rows = await select<{ released: number; lag: number }>(
    stores.mysql,
    `SELECT UNIX_TIMESTAMP(released_at) * 1000 AS released,
     TIMESTAMPDIFF(MICROSECOND, released_at, created_at) / 1000 AS lag FROM orders WHERE sale_id = ?`,
    [sale],
  )
  const times = rows.map(({ released, lag }) => ({ from: Number(released), lag: Number(lag) }))
  // The first ticket may have gone while the line stood.
  const began = times.map(({ from }) => from).sort((a, b) => a - b)[1]!
  const ended = times.reduce((last, { from, lag }) => Math.max(last, from + lag), 0)
  const lags = times.map(({ lag }) => lag).sort((a, b) => a - b)
  return {
    perSecond: (count * 1_000) / Math.max(1, ended - began),
    lag99: lags[Math.ceil(0.99 * lags.length) - 1]!,
    wrong: await booksOf(stores, sale, count),
  }
}

export const openStandingSale = (stack: Stack, stores: SaleStores, stock: number): Promise<number> =>
  openSale(stack, stores, { stock, release: STANDING })

/** What is wrong with a sale that shall have sold so many. */
export async function booksOf(stores: SaleStores, sale: number, sold: number): Promise<string[]> {
  const audited = await auditSale(stores, sale)
  if (audited?.audit.ok && audited.audit.sold === sold) return []
  return [`sale ${sale}: ${audited?.audit.sold} of ${sold} sold; ${audited?.audit.problems.join('; ')}`]
}

export async function soldOf({ mysql }: SaleStores, sale: number): Promise<number> {
  const [row] = await select<{ sold: number }>(mysql, 'SELECT sold FROM sales WHERE id = ?', [sale])
  return row!.sold
}

export async function untilSold(stores: SaleStores, sale: number, count: number): Promise<void> {
  for (const end = Date.now() + WITHIN_MS; ; await sleep(20)) {
    const sold = await soldOf(stores, sale)
    if (sold >= count) return
    if (Date.now() > end) throw new Error(`${sold} of ${count} orders`)
  }
}
