import { type Answer, call } from './call.ts'
import { pollDelay } from './poll-delay.ts'
import type { SaleCard } from './sale.ts'

const FAR_MS = 30_000
const NEAR_MS = 5_000

/** How often the sale's own state is worth a look: often around the opening, seldom when little can change. */
export function saleDelay(sale: SaleCard, random: number = Math.random()): number {
  const slow = sale.state === 'ended' || sale.state === 'sold_out' || sale.opensAt - sale.now > 2 * FAR_MS
  return (slow ? FAR_MS : NEAR_MS) * (0.8 + random * 0.4)
}

/**
 * Polls the sale's state (the door answers it by itself). `wanted` says whether it is of interest now: a buyer in
 * line or a hidden tab needs none. Returns a function that looks at once.
 */
export function watchSale(
  saleId: number,
  wanted: () => boolean,
  onAnswer: (answer: Answer<SaleCard>, nextMs: number) => void,
): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  let failures = 0
  let looking = false

  async function look(): Promise<void> {
    if (looking) return
    clearTimeout(timer)
    let nextMs = NEAR_MS
    if (wanted()) {
      looking = true
      const answer = await call<SaleCard>('GET', `/api/sales/${saleId}`)
      looking = false
      failures = answer.kind === 'ok' ? 0 : failures + 1
      nextMs = answer.kind === 'ok' ? saleDelay(answer.body) : pollDelay(answer, failures)
      onAnswer(answer, nextMs)
    }
    timer = setTimeout(look, nextMs)
  }

  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') void look()
  })
  void look()
  return () => void look()
}
