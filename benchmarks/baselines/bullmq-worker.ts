/** The second baseline, its worker: one INSERT a job, many jobs at once; what BullMQ does on its own account is kept. */
import { Worker } from 'bullmq'
import Fastify from 'fastify'
import { Redis } from 'ioredis'
import { createPool } from 'mysql2/promise'
import { QUEUE, setting } from './names.ts'

const CONCURRENCY = 50
const CONNECTIONS = 16
/** BullMQ's own 30 s would only make the wait for a dead worker's jobs longer. */
const STALLED_MS = 5_000

interface Order {
  number: number
  buyer: string
}

const mysql = createPool({ uri: setting('BASELINE_MYSQL_URL'), connectionLimit: CONNECTIONS, timezone: 'Z' })
const connection = new Redis(setting('BASELINE_REDIS_URL'), { maxRetriesPerRequest: null })
const worker = new Worker<Order>(
  QUEUE,
  async ({ data: { number, buyer } }) => {
    await mysql.query('INSERT INTO orders (number, buyer, created_at) VALUES (?, ?, ?)', [
      number,
      buyer,
      new Date(),
    ])
  },
  { connection, concurrency: CONCURRENCY, lockDuration: STALLED_MS, stalledInterval: STALLED_MS },
)
worker.on('error', (error) => process.stderr.write(`${error.message}\n`))

const app = Fastify()
app.get('/internal/health', async () => ({ ok: true }))
await app.listen({ host: '127.0.0.1', port: Number(setting('BASELINE_PORT')) })
