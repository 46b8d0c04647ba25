import { readArticle } from '../../contract/inventory/read-inventory.ts'
import { receiveUnits } from '../../ops/inventory/receive-units.ts'
import { stepPhase } from '../../ops/sales/change-phase.ts'
import type { SaleInput } from '../../ops/sales/sale-input.ts'
import { settleSale } from '../../ops/settlement/settle-sale.ts'
import { select } from '../../platform/mysql.ts'
import type { LentStores } from '../lend-stores.ts'
import { makeOrders } from '../orders/make-orders.ts'
import { openPayment, orderName, type Shop, sendWebhook } from '../orders/shop.ts'

export const OPERATOR = { who: 'olga' }
let articles = 0

/** An article of which the shop has this many, and none other. */
export async function stockUp(stores: LentStores, units: number): Promise<string> {
  const sku = `article-${++articles}`
  await receiveUnits(stores.mysql, { sku, title: 'an umbrella', units })
  return sku
}

/** The buyer pays, as the provider tells us. */
export async function pay(shop: Shop, number: number, buyer: string): Promise<void> {
  await openPayment(shop, number, buyer)
  shop.provider.pay(orderName(shop, number), 'captured')
  await sendWebhook(shop, number, `paid-${orderName(shop, number)}`)
}

/** A sale of an article of the inventory with an order for each buyer, the first `paid` of them paid; closed. */
export async function sold(
  stores: LentStores,
  { stock, buyers, paid, ...input }: { stock: number; buyers: string[]; paid: number } & Partial<SaleInput>,
): Promise<Shop & { sku: string }> {
  const sku = await stockUp(stores, stock)
  const shop = await makeOrders(stores, stock, buyers, { sku, ...input })
  for (let i = 0; i < paid; i++) await pay(shop, i + 1, buyers[i]!)
  await stepPhase(stores, shop.sale, 'close')
  return { ...shop, sku }
}

export const settle = (shop: Shop) => settleSale(shop.stores, shop.sale, OPERATOR)

/** What the settlement is about, to compare: units in the shop, moves, what the shop is told. */
export async function readBack({ stores: { mysql }, sale, sku }: Shop & { sku: string }) {
  const moves = await select<{ units: number; reason: string }>(
    mysql,
    'SELECT units, reason FROM inventory_moves WHERE sale_id = ? ORDER BY id',
    [sale],
  )
  const told = await select<{ number: number; kind: string; buyer: string }>(
    mysql,
    'SELECT number, kind, buyer FROM outbox WHERE sale_id = ? ORDER BY number',
    [sale],
  )
  const [row] = await select<{ phase: string }>(mysql, 'SELECT phase FROM sales WHERE id = ?', [sale])
  return {
    phase: row?.phase,
    onHand: (await readArticle(mysql, sku))?.onHand,
    moves: moves.map(({ units, reason }) => `${reason} ${units}`),
    told: told.map(({ number, kind, buyer }) => `${number} ${kind} ${buyer}`),
  }
}
