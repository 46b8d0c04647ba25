/**
 * The second baseline, its gateway: DECR in Redis takes the unit, a BullMQ job writes the order later. Between the two
 * a process can die, and what DECR has taken is gone.
 */
import { Queue } from 'bullmq'
import Fastify from 'fastify'
import { Redis } from 'ioredis'
import { NUMBER, QUEUE, STOCK, setting } from './names.ts'

const redis = new Redis(setting('BASELINE_REDIS_URL'), { enableAutoPipelining: true })
const queue = new Queue(QUEUE, { connection: redis, defaultJobOptions: { removeOnComplete: true } })

const app = Fastify({ keepAliveTimeout: 75_000 })
app.post('/api/sales/:sale/orders', async (request, reply) => {
  if ((await redis.decr(STOCK)) < 0) {
    await redis.incr(STOCK)
    reply.code(410)
    return {}
  }
  const number = await redis.incr(NUMBER)
  await queue.add('order', { number, buyer: String(request.headers['x-buyer']) })
  reply.code(202)
  return { number }
})
app.get('/internal/health', async () => ({ ok: true }))
await app.listen({ host: '127.0.0.1', port: Number(setting('BASELINE_PORT')), backlog: 4096 })
