/**
 * The first baseline: a click is one transaction on MySQL. Lock the stock, write the order, take the unit, commit.
 * Right, and as slow as one row's lock.
 */
import Fastify from 'fastify'
import { createPool, type PoolConnection, type ResultSetHeader, type RowDataPacket } from 'mysql2/promise'
import { setting } from './names.ts'

const CONNECTIONS = 16

const mysql = createPool({ uri: setting('BASELINE_MYSQL_URL'), connectionLimit: CONNECTIONS, timezone: 'Z' })
const app = Fastify({ keepAliveTimeout: 75_000 })

/** The order's number, or undefined where nothing is left. */
async function buy(db: PoolConnection, buyer: string): Promise<number | undefined> {
  await db.query('START TRANSACTION')
  const [[stock]] = await db.query<RowDataPacket[]>('SELECT units FROM stock WHERE id = 1 FOR UPDATE')
  if (Number(stock!.units) < 1) {
    await db.query('ROLLBACK')
    return undefined
  }
  const [{ insertId }] = await db.query<ResultSetHeader>(
    'INSERT INTO orders (buyer, created_at) VALUES (?, ?)',
    [buyer, new Date()],
  )
  await db.query('UPDATE stock SET units = units - 1 WHERE id = 1')
  await db.query('COMMIT')
  return insertId
}

app.post('/api/sales/:sale/orders', async (request, reply) => {
  let db: PoolConnection | undefined
  try {
    db = await mysql.getConnection()
    const number = await buy(db, String(request.headers['x-buyer']))
    db.release()
    reply.code(number === undefined ? 410 : 202)
    return { number }
  } catch {
    // The connection may be in the middle of a transaction: end it, and with it the transaction.
    db?.destroy()
    reply.code(503)
    return {}
  }
})
app.get('/internal/health', async () => ({ ok: true }))
await app.listen({ host: '127.0.0.1', port: Number(setting('BASELINE_PORT')), backlog: 4096 })
