import { createSale } from '../ops/sales/create-sale.ts'
import { connectMysql, select } from '../platform/mysql.ts'
import { connectRedis } from '../platform/redis.ts'
import type { Stack } from './stack.ts'

const OPENS_IN_MS = 60_000
const LASTS_MS = 7 * 86_400_000

/** The sale to look at first: the newest that is still to be sold, or a new demo sale where there is none. */
export async function findOrCreateDemoSale(stack: Stack): Promise<{ id: number; created: boolean }> {
  const mysql = connectMysql(stack.urls.mysql, { connections: 1 })
  const redis = connectRedis(stack.urls.redis, 'demo-sale')
  redis.on('error', () => {})
  try {
    const [newest] = await select<{ id: number }>(
      mysql,
      "SELECT id FROM sales WHERE phase IN ('published', 'paused') AND closes_at > UTC_TIMESTAMP(3) ORDER BY id DESC LIMIT 1",
    )
    if (newest !== undefined) return { id: newest.id, created: false }
    await redis.connect()
    const now = Date.now()
    const { id } = await createSale(
      { mysql, redis, www: stack.env.SLUICE_WWW },
      {
        title: 'Demo: a very good umbrella',
        stock: 200,
        priceCents: 990,
        opensAt: now + OPENS_IN_MS,
        closesAt: now + OPENS_IN_MS + LASTS_MS,
      },
    )
    return { id, created: true }
  } finally {
    redis.disconnect()
    await mysql.end()
  }
}
