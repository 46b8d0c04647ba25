import { type Answer, call } from './call.ts'
import type { JoinAnswer } from './place.ts'
import { pollDelay } from './poll-delay.ts'

const ATTEMPTS = 6

/**
 * Takes a place in line. A click that the network swallowed is sent again with growing pauses: the line gives the
 * same buyer the same ticket, so a repeat can not take a second place. `onLost` hears of each lost attempt.
 */
export async function joinLine(
  saleId: number,
  wish: { quantity: number; pass: string | undefined },
  onLost: (attempts: number, nextMs: number) => void,
): Promise<Answer<JoinAnswer>> {
  for (let attempt = 1; ; attempt++) {
    const answer = await call<JoinAnswer>('POST', `/api/sales/${saleId}/orders`, {
      ...(wish.quantity > 1 ? { quantity: wish.quantity } : {}),
      ...(wish.pass ? { pass: wish.pass } : {}),
    })
    if (answer.kind !== 'lost' || attempt === ATTEMPTS) return answer
    const nextMs = pollDelay(answer, attempt)
    onLost(attempt, nextMs)
    await new Promise((done) => setTimeout(done, nextMs))
  }
}
