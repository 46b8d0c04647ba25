import { expect } from 'vitest'
import { joinLine } from '../../contract/line/join.ts'
import { auditSale } from '../../ops/audit/audit-sale.ts'
import type { SaleInput } from '../../ops/sales/sale-input.ts'
import type { LentStores } from '../lend-stores.ts'
import { readBooks } from './read-books.ts'
import { openPayment, openShop, orderName, releaseAll, type Shop, serve } from './shop.ts'

/** Each of these buyers wants a unit; what the line answers them. */
export const join = async ({ stores, sale }: Shop, ...buyers: string[]) =>
  (
    await joinLine(
      stores.redis,
      sale,
      buyers.map((buyer) => ({ buyer, quantity: 1 })),
    )
  ).answers

/** Releases and serves whoever may have an order now. */
export async function sell(shop: Shop): Promise<void> {
  for (const message of await releaseAll(shop)) await serve(shop, message)
}

/** A new sale with an order for each buyer, numbered from 1 in their order. */
export async function makeOrders(
  stores: LentStores,
  stock: number,
  buyers: string[],
  input: Partial<SaleInput> = {},
): Promise<Shop> {
  const shop = await openShop(stores, { stock, standby: 5, ...input })
  await join(shop, ...buyers)
  await sell(shop)
  return shop
}

/** A buyer pays at the provider's page; the shop has not heard of it yet. */
export async function payAt(shop: Shop, number: number, buyer: string): Promise<void> {
  expect((await openPayment(shop, number, buyer)).status).toBe(201)
  expect(shop.provider.pay(orderName(shop, number))).toBe(true)
}

export const stateOf = async (shop: Shop, number: number) => (await readBooks(shop)).orders.get(number)?.state

export const problemsOf = async ({ stores, sale }: Shop) =>
  (await auditSale(stores, sale, []))!.audit.problems
