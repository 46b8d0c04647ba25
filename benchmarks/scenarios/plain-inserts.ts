import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise'
import type { Stack } from '../../stack/stack.ts'

/**
 * The yardstick of `drain`: the same rows into the same table (its copy, without the foreign key), on the same server,
 * by plain mysql2 batch inserts on one connection for each worker, each its own transaction. No queue, no stock, no
 * books.
 */
export async function openPlainInserts(stack: Stack) {
  const url = `mysql://admin:${stack.secrets.mysqlAdmin}@127.0.0.1:${stack.ports.mysql}`
  const db = await createConnection(url)
  await db.query('CREATE DATABASE IF NOT EXISTS plain')
  await db.query('CREATE TABLE IF NOT EXISTS plain.orders LIKE sluice.orders')
  await db.query('TRUNCATE TABLE plain.orders')

  return {
    /** Rows a second. */
    async insert(rows: number, batch: number, connections: number): Promise<number> {
      const links = await Promise.all(Array.from({ length: connections }, () => createConnection(url)))
      const began = performance.now()
      await Promise.all(links.map((link, i) => insertShare(link, rows, batch, i, connections)))
      const seconds = (performance.now() - began) / 1000
      await Promise.all(links.map((link) => link.end()))
      const [[counted]] = await db.query<RowDataPacket[]>('SELECT COUNT(*) AS n FROM plain.orders')
      await db.query('TRUNCATE TABLE plain.orders')
      if (Number(counted!.n) !== rows) throw new Error(`${counted!.n} of ${rows} plain rows`)
      return rows / seconds
    },
    close: () => db.end(),
  }
}

const INSERT = `INSERT INTO plain.orders
  (sale_id, number, buyer, quantity, amount_cents, currency, state, pay_by, released_at, created_at) VALUES ?`

async function insertShare(
  db: Connection,
  rows: number,
  batch: number,
  nth: number,
  of: number,
): Promise<void> {
  for (let first = 1 + nth * batch; first <= rows; first += of * batch) {
    const now = new Date()
    const values = Array.from({ length: Math.min(batch, rows - first + 1) }, (_, i) => [
      ...[1, first + i, `d${first + i}`, 1, 100, 'EUR', 'awaiting_payment', now, now, now],
    ])
    await db.query(INSERT, [values])
  }
}
