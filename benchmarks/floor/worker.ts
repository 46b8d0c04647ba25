/** The floor's worker: batches of 100, one reserve and one INSERT each, then the ack. */
import { connect } from 'amqplib'
import Fastify from 'fastify'
import { Redis } from 'ioredis'
import { createPool } from 'mysql2/promise'
import { LEFT, QUEUE, readScript, setting } from './names.ts'

const BATCH = 100
const PREFETCH = 500
const EVERY_MS = 10

const redis = new Redis(setting('FLOOR_REDIS_URL'))
redis.defineCommand('reserveMany', { numberOfKeys: 1, lua: readScript('reserve') })
const { reserveMany } = redis as unknown as {
  reserveMany: (this: Redis, left: string, count: number) => Promise<number>
}
const mysql = createPool({ uri: setting('FLOOR_MYSQL_URL'), connectionLimit: 2, timezone: 'Z' })
const connection = await connect(setting('FLOOR_AMQP_URL'), { noDelay: true })
const channel = await connection.createChannel()
await channel.assertQueue(QUEUE, { durable: true, arguments: { 'x-queue-type': 'quorum' } })
await channel.prefetch(PREFETCH)

type Message = NonNullable<Parameters<Parameters<typeof channel.consume>[1]>[0]>
let waiting: Message[] = []
let running = false
let timer: NodeJS.Timeout | undefined

async function flush(): Promise<void> {
  running = true
  clearTimeout(timer)
  timer = undefined
  do {
    const batch = waiting.slice(0, BATCH)
    waiting = waiting.slice(BATCH)
    const won = await reserveMany.call(redis, LEFT, batch.length)
    if (won > 0) await insert(batch.slice(0, won))
    // Batches are worked on in order of delivery, so one ack stands for all of this one.
    channel.ack(batch.at(-1)!, true)
  } while (waiting.length >= BATCH)
  running = false
  if (waiting.length > 0) timer ??= setTimeout(flush, EVERY_MS)
}

async function insert(batch: Message[]): Promise<void> {
  const now = new Date()
  const rows = batch.map(({ content }) => {
    const [number, buyer] = content.toString().split(',')
    return [Number(number), buyer, now]
  })
  await mysql.query('INSERT INTO orders (number, buyer, created_at) VALUES ?', [rows])
}

await channel.consume(QUEUE, (message) => {
  waiting.push(message!)
  if (running) return
  if (waiting.length >= BATCH) void flush()
  else timer ??= setTimeout(flush, EVERY_MS)
})

const app = Fastify()
app.get('/internal/health', async () => ({ ok: true }))
await app.listen({ host: '127.0.0.1', port: Number(setting('FLOOR_PORT')) })
