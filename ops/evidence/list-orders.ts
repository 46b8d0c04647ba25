import { type Db, select } from '../../platform/mysql.ts'

const PAGE = 1_000

/** An order as it is listed. Times are ISO 8601. */
export interface ListedOrder {
  order: string
  number: number
  buyer: string
  quantity: number
  amountCents: number
  currency: string
  state: string
  releasedAt: string
  createdAt: string
  updatedAt: string
}

const FIELDS = [
  ...['order', 'number', 'buyer', 'quantity', 'amountCents', 'currency', 'state'],
  ...['releasedAt', 'createdAt', 'updatedAt'],
] as (keyof ListedOrder)[]

/** The orders of a sale in the order of their numbers, page by page. */
export async function* listOrders(db: Db, sale: number): AsyncGenerator<ListedOrder[]> {
  for (let after = 0; ; ) {
    const rows = await select<
      Record<'number' | 'quantity' | 'amount_cents', number> &
        Record<'buyer' | 'currency' | 'state', string> &
        Record<'released_at' | 'created_at' | 'updated_at', Date>
    >(
      db,
      `SELECT number, buyer, quantity, amount_cents, currency, state, released_at, created_at, updated_at FROM orders
       WHERE sale_id = ? AND number > ? ORDER BY number LIMIT ${PAGE}`,
      [sale, after],
    )
    if (rows.length === 0) return
    yield rows.map((row) => ({
      ...{
        order: `${sale}-${row.number}`,
        number: Number(row.number),
        buyer: row.buyer,
        quantity: row.quantity,
      },
      ...{ amountCents: Number(row.amount_cents), currency: row.currency, state: row.state },
      ...{ releasedAt: row.released_at.toISOString(), createdAt: row.created_at.toISOString() },
      updatedAt: row.updated_at.toISOString(),
    }))
    after = Number(rows.at(-1)!.number)
  }
}

/** The same as CSV (RFC 4180), the head first. */
export async function* writeOrdersCsv(db: Db, sale: number): AsyncGenerator<string> {
  yield `${FIELDS.join(',')}\r\n`
  for await (const orders of listOrders(db, sale)) {
    yield orders
      .map((order) => `${FIELDS.map((field) => toField(String(order[field]))).join(',')}\r\n`)
      .join('')
  }
}

/** A buyer's name is chosen by others: what a spreadsheet would take for a formula gets an apostrophe before it. */
export function toField(text: string): string {
  const harmless = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless
}
