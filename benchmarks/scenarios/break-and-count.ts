import { setTimeout as sleep } from 'node:timers/promises'
import type { ClickOrder } from '../load/click-order.ts'
import { prepareClicks } from '../load/clicks.ts'

/** Somebody who sells: Sluice, or a baseline. */
export interface Seller {
  origin: string
  sale: number
  /** kill -9 of one of its processes, or of MySQL; whoever watches over it starts it again. */
  kill(name: string): void
  /** Whether nothing is on its way any more. */
  idle(): Promise<boolean>
  /** Units sold, by the committed rows. */
  sold(): Promise<number>
  /** Which of these numbers have a row that tells what became of them. */
  known(numbers: number[]): Promise<Set<number>>
}

export interface Damage {
  accepted: number
  sold: number
  oversold: number
  unsold: number
  /** Buyers who were told 202 and of whom nothing is known. */
  lost: number
}

const IDLE_WITHIN_MS = 60_000

/**
 * Sells under faults: buyers come at an even rate for ten seconds (an open loop), and a second apart a gateway, a
 * worker and MySQL are killed with -9. When all is quiet again, as many buyers as there is stock come once more, so
 * that nothing stays unsold for want of a buyer. Then the rows are counted.
 */
export async function breakAndCount(
  seller: Seller,
  stock: number,
  seconds: number,
  jwtSecret: string,
): Promise<Damage> {
  const order = (prefix: string, requests: number): ClickOrder => ({
    ...{ origin: seller.origin, method: 'POST', path: `/api/sales/${seller.sale}/orders`, requests },
    ...{ buyers: { prefix, from: 1, count: requests }, token: 'valid', jwtSecret },
    ...{ connections: 100, keepAccepted: true },
  })
  const perSecond = (2 * stock) / seconds
  const crowd = await prepareClicks({ ...order('crowd-', 2 * stock), perSecond })
  const clicking = crowd.go()
  for (const name of ['gateway-1', 'worker-1', 'mysql']) {
    await sleep(seconds * 100)
    seller.kill(name)
  }
  const first = await clicking
  await untilIdle(seller)
  const late = await prepareClicks({ ...order('late-', stock), connections: 20 })
  const second = await late.go()
  await untilIdle(seller)

  const accepted = [...first.accepted, ...second.accepted].filter((_, i) => i % 2 === 0)
  const known = await seller.known(accepted)
  const sold = await seller.sold()
  return {
    ...{ accepted: accepted.length, sold },
    oversold: Math.max(0, sold - stock),
    unsold: Math.max(0, stock - sold),
    lost: accepted.filter((number) => !known.has(number)).length,
  }
}

/** Twice in a row: what a dead worker held comes back only when it is missed. */
async function untilIdle(seller: Seller): Promise<void> {
  const end = Date.now() + IDLE_WITHIN_MS
  for (let quiet = 0; quiet < 2; ) {
    if (Date.now() > end) return
    quiet = (await seller.idle().catch(() => false)) ? quiet + 1 : 0
    await sleep(250)
  }
}
