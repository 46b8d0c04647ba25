import { JOIN, joinLine } from '../../contract/line/join.ts'
import type { Redis } from '../../platform/redis.ts'

const BATCH = 500
const AT_ONCE = 4

/** Puts buyers PREFIXfrom … into a sale's line, as gateways do but in large batches. Throws where one is refused. */
export async function fillLine(
  redis: Redis,
  sale: number,
  buyers: { prefix: string; from: number; count: number },
  onJoined: (count: number) => void = () => {},
): Promise<void> {
  const end = buyers.from + buyers.count
  let next = buyers.from
  const join = async (): Promise<void> => {
    while (next < end) {
      const from = next
      next = Math.min(next + BATCH, end)
      const clicks = Array.from({ length: next - from }, (_, i) => ({
        buyer: `${buyers.prefix}${from + i}`,
        quantity: 1,
      }))
      const { answers } = await joinLine(redis, sale, clicks)
      const refused = answers.find(({ code }) => code !== JOIN.joined)
      if (refused) throw new Error(`sale ${sale}: a join was answered ${refused.code}`)
      onJoined(next - buyers.from)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, join))
}
