import { setTimeout as sleep } from 'node:timers/promises'
import { SNAPSHOT } from '../../contract/keys.ts'
import type { SaleCard, Snapshot } from '../../contract/snapshot.ts'
import { signToken } from '../../contract/token.ts'
import type { SaleStores } from '../../ops/sales/sale-stores.ts'
import type { Stack } from '../../stack/stack.ts'
import type { ClickOrder } from '../load/click-order.ts'
import { doorOf, openSale } from './sell.ts'

type SaleName = 'not_open' | 'sold_out' | 'line_full' | 'open'

/** One reason for which the door refuses, and what is sent to be refused so. */
export interface Refusal {
  code: string
  sale: SaleName
  buyers: number
  token: ClickOrder['token']
  tokens?: number
}

/** By the names in the report, in the order in which they are measured. */
export const REFUSALS: Record<string, Refusal> = {
  not_open: { code: 'not_open', sale: 'not_open', buyers: 1000, token: 'valid' },
  sold_out: { code: 'sold_out', sale: 'sold_out', buyers: 1000, token: 'valid' },
  line_full: { code: 'line_full', sale: 'line_full', buyers: 1000, token: 'valid' },
  'unauthenticated, no token': { code: 'unauthenticated', sale: 'open', buyers: 1, token: 'none' },
  'unauthenticated, forged token': { code: 'unauthenticated', sale: 'open', buyers: 1000, token: 'forged' },
  too_many_requests: { code: 'too_many_requests', sale: 'open', buyers: 20, token: 'valid' },
  // More tokens than the door remembers: each one is verified.
  'too_many_requests, token never seen': {
    ...{ code: 'too_many_requests', sale: 'open', buyers: 20, token: 'valid', tokens: 120_000 },
  },
}

const HOUR_MS = 3_600_000
const WITHIN_MS = 15_000
/** nginx pulls what the gateways wrote about every 200 ms. */
const PULL_MS = 500

/** Opens the sales that refuse for these reasons, and waits until the door itself knows it. */
export async function openRefusals(stack: Stack, stores: SaleStores): Promise<Record<SaleName, number>> {
  const open = (input: Partial<Parameters<typeof openSale>[2]> & { stock: number }) =>
    openSale(stack, stores, input)
  const sales = {
    not_open: await open({ stock: 1000, opensAt: Date.now() + HOUR_MS }),
    sold_out: await open({ stock: 1 }),
    // One ticket is released at once, and the next one waits an hour: the line of the unit that is left is full.
    line_full: await open({ stock: 2, release: { batch: 1, everyMs: HOUR_MS } }),
    open: await open({ stock: 100_000 }),
  }
  await click(stack, sales.sold_out, 'early-1')
  await click(stack, sales.line_full, 'early-1')
  await click(stack, sales.line_full, 'early-2')
  await until(stores, sales.sold_out, ({ soldOut }) => soldOut)
  await until(stores, sales.line_full, ({ lineFull }) => lineFull)
  await sleep(PULL_MS)
  return sales
}

async function click(stack: Stack, sale: number, buyer: string): Promise<void> {
  const token = signToken(stack.secrets.jwt, buyer, Math.floor(Date.now() / 1000) + 600)
  const response = await fetch(`${doorOf(stack)}/api/sales/${sale}/orders`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: '{}',
  })
  if (response.status !== 202) throw new Error(`${buyer} got ${response.status}: ${await response.text()}`)
}

async function until(stores: SaleStores, sale: number, holds: (card: SaleCard) => boolean): Promise<void> {
  const end = Date.now() + WITHIN_MS
  while (Date.now() < end) {
    const snapshot = JSON.parse((await stores.redis.get(SNAPSHOT)) ?? '{}') as Partial<Snapshot>
    const card = snapshot.sales?.[sale]
    if (card && holds(card)) return
    await sleep(50)
  }
  throw new Error(`sale ${sale} did not become what it should within ${WITHIN_MS} ms`)
}
