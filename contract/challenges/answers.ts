import type { Redis } from '../../platform/redis.ts'
import { answerKey } from '../keys.ts'

/** How answers are compared: look-alike forms, case, and spaces at the ends or in a row make no difference. */
export const normaliseAnswer = (text: string): string =>
  text.normalize('NFKC').trim().replace(/\s+/gu, ' ').toLowerCase()

/**
 * Writes down what this buyer's challenge in this sale is answered with, for `ttlS` seconds. One challenge at a time: a newer
 * one takes the place of an older one.
 */
export async function keepAnswers(
  redis: Redis,
  sale: number,
  buyer: string,
  right: string[],
  ttlS: number,
): Promise<void> {
  await redis.set(answerKey(sale, buyer), JSON.stringify(right.map(normaliseAnswer)), 'EX', ttlS)
}

/**
 * Whether the answer is right. It is taken out and deleted in one step, whatever the answer: of many tries at once, one
 * is compared, and a wrong one needs a new challenge.
 */
export async function tryAnswer(redis: Redis, sale: number, buyer: string, answer: string): Promise<boolean> {
  const kept = await redis.getdel(answerKey(sale, buyer))
  if (kept === null) return false
  return (JSON.parse(kept) as string[]).includes(normaliseAnswer(answer))
}
