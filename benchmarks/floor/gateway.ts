/** The floor's gateway: one Redis script a click, nothing else. */
import Fastify from 'fastify'
import { Redis } from 'ioredis'
import { COUNTER, LIST, readScript, setting } from './names.ts'

const redis = new Redis(setting('FLOOR_REDIS_URL'), { enableAutoPipelining: true })
redis.defineCommand('takeNumber', { numberOfKeys: 2, lua: readScript('take_number') })
const { takeNumber } = redis as unknown as {
  takeNumber: (this: Redis, counter: string, list: string, buyer: string) => Promise<number>
}

const app = Fastify({ keepAliveTimeout: 75_000 })
const answer = { type: 'object', properties: { number: { type: 'integer' } } }
app.post('/api/sales/:sale/orders', { schema: { response: { 202: answer } } }, async (request, reply) => {
  const number = await takeNumber.call(redis, COUNTER, LIST, String(request.headers['x-buyer']))
  reply.code(202)
  return { number }
})
app.get('/internal/health', async () => ({ ok: true }))
await app.listen({ host: '127.0.0.1', port: Number(setting('FLOOR_PORT')), backlog: 4096 })
