/**
 * The floor's pump: from the list to the quorum queue, one persistent message a ticket, with confirms. What it has
 * taken and not published is lost when it dies: the floor promises nothing.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { connect } from 'amqplib'
import Fastify from 'fastify'
import { Redis } from 'ioredis'
import { EXCHANGE, LIST, QUEUE, setting } from './names.ts'

const BATCH = 500
const UNCONFIRMED_MOST = 2000

const redis = new Redis(setting('FLOOR_REDIS_URL'))
const connection = await connect(setting('FLOOR_AMQP_URL'), { noDelay: true })
const channel = await connection.createConfirmChannel()
await channel.assertExchange(EXCHANGE, 'direct', { durable: true })
await channel.assertQueue(QUEUE, { durable: true, arguments: { 'x-queue-type': 'quorum' } })
await channel.bindQueue(QUEUE, EXCHANGE, QUEUE)

const app = Fastify()
app.get('/internal/health', async () => ({ ok: true }))
await app.listen({ host: '127.0.0.1', port: Number(setting('FLOOR_PORT')) })

let unconfirmed = 0
const confirmed = (error: unknown): void => {
  if (error) throw error
  unconfirmed--
}
for (;;) {
  const tickets = unconfirmed < UNCONFIRMED_MOST ? await redis.lpop(LIST, BATCH) : null
  for (const ticket of tickets ?? []) {
    unconfirmed++
    channel.publish(EXCHANGE, QUEUE, Buffer.from(ticket), { persistent: true }, confirmed)
  }
  if ((tickets?.length ?? 0) < BATCH) await sleep(2)
}
