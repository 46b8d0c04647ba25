import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Stack } from '../../stack/stack.ts'
import { clickAll, tally } from '../crowd.ts'
import { eventually } from '../door/call.ts'
import { lendStack, openShop, type Shop } from '../lend-stack.ts'

// A gateway is taken away here, so the stack is our own.

let stack: Stack
let shop: Shop
beforeAll(async () => {
  stack = await lendStack({ gateways: 3 })
  shop = await openShop(stack)
})
afterAll(async () => {
  await shop?.close()
  await stack?.stop()
})

/** Sells everything and gives what the orders say about its release: from the first to the last, ms, in their order. */
async function sellOut(stock: number, buyers: number): Promise<{ tookMs: number }> {
  const sale = await shop.sell({ stock, standby: 0, release: { batch: 10, everyMs: 100 } })
  const told = await clickAll(stack, { sale, buyers, prefix: 'rate' })
  expect(tally(told)['202']).toBe(stock)
  await eventually(async () => (await shop.orders(sale)).length === stock)

  const orders = await shop.orders(sale)
  expect(orders.map(({ number }) => number)).toEqual(Array.from({ length: stock }, (_, i) => i + 1))
  const released = orders.map((order) => order.released_at.getTime())
  expect(released).toEqual([...released].sort((a, b) => a - b))
  for (const { released_at, created_at, pay_by } of orders) {
    expect(created_at.getTime()).toBeGreaterThanOrEqual(released_at.getTime())
    expect(pay_by.getTime() - created_at.getTime()).toBe(900_000)
  }
  // Never more at once than a late tick may make up for: ten batches.
  for (const count of countEach(released).values()) expect(count).toBeLessThanOrEqual(100)
  return { tookMs: released.at(-1)! - released[0]! }
}

function countEach(values: number[]): Map<number, number> {
  const counts = new Map<number, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return counts
}

/** Never faster than this, and no slower; but a machine that stood still for a moment is given another sale. */
async function expectPace(sell: () => Promise<{ tookMs: number }>, expectedMs: number): Promise<void> {
  let tookMs = 0
  for (let sale = 0; sale < 3; sale++) {
    tookMs = (await sell()).tookMs
    expect(tookMs).toBeGreaterThan(expectedMs * 0.95)
    if (tookMs < expectedMs * 1.05) return
  }
  expect(tookMs).toBeLessThan(expectedMs * 1.05)
}

test('3 gateways release 300 units in 3 s', async () => {
  await expectPace(() => sellOut(300, 400), 3_000)
})

test('2 gateways release 1,000 units in 10 s', async () => {
  await stack.stopProcess('gateway-3')
  await expectPace(() => sellOut(1_000, 1_200), 10_000)
})

test('1 gateway releases 1,000 units in 10 s', async () => {
  await stack.stopProcess('gateway-2')
  await expectPace(() => sellOut(1_000, 1_200), 10_000)
})
