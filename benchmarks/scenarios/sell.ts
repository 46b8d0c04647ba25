import { setTimeout as sleep } from 'node:timers/promises'
import { createSale } from '../../ops/sales/create-sale.ts'
import type { SaleInput } from '../../ops/sales/sale-input.ts'
import type { SaleStores } from '../../ops/sales/sale-stores.ts'
import { connectMysql } from '../../platform/mysql.ts'
import { connectRedis } from '../../platform/redis.ts'
import type { Stack } from '../../stack/stack.ts'

/** Connections with which a scenario makes sales and looks at what became of them. */
export async function openStores(stack: Stack): Promise<SaleStores & { close(): Promise<void> }> {
  const mysql = connectMysql(stack.urls.mysql, { connections: 2 })
  const redis = connectRedis(stack.urls.redis, 'bench')
  redis.on('error', () => {})
  await redis.connect()
  return {
    ...{ mysql, redis, www: stack.env.SLUICE_WWW },
    async close() {
      redis.disconnect()
      await mysql.end()
    },
  }
}

const OPENS_WITHIN_MS = 10_000

/** The door by its address rather than its name, which needs no resolver. */
export const doorOf = (stack: Stack): string => `http://127.0.0.1:${stack.ports.flash}`

/** A sale that the door already sells. Nobody's time to pay runs out while it is measured. */
export async function openSale(
  stack: Stack,
  stores: SaleStores,
  input: Partial<SaleInput> & { stock: number },
): Promise<number> {
  const { id } = await createSale(stores, {
    ...{ title: 'Benchmark', priceCents: 100, release: 'auto', standby: 0, payWithinS: 86_400 },
    ...input,
  })
  const address = `${doorOf(stack)}/api/sales/${id}`
  const until = Date.now() + OPENS_WITHIN_MS
  for (;;) {
    const state = await fetch(address).then(
      (response) => response.json() as Promise<{ state?: string }>,
      () => ({ state: undefined }),
    )
    if (state.state === 'open' || (state.state === 'upcoming' && (input.opensAt ?? 0) > Date.now())) return id
    if (Date.now() > until)
      throw new Error(`sale ${id} is not open after ${OPENS_WITHIN_MS} ms: ${JSON.stringify(state)}`)
    await sleep(50)
  }
}

/** Waits until the door reaches a gateway: one that has just started is asked by the door within half a second. */
export async function untilDoorPasses(stack: Stack): Promise<void> {
  // No sale of the snapshot, so a gateway is asked.
  const address = `${doorOf(stack)}/api/sales/4000000000`
  for (const until = Date.now() + OPENS_WITHIN_MS; ; await sleep(50)) {
    const { status } = await fetch(address)
    if (status === 404) break
    if (Date.now() > until)
      throw new Error(`the door passes nothing on after ${OPENS_WITHIN_MS} ms: ${status}`)
  }
  // Each of nginx's workers looks again after 10 ms.
  await sleep(50)
}
