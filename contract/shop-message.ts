/**
 * What the shop's order system is told, on the topic exchange `sluice.shop` with the key `order.paid` or
 * `order.refunded`: JSON, persistent, at least once. The message ID is `SALE-NUMBER`, the same however often it comes.
 *
 *     { "v": 1, "kind": "paid", "order": "7-42", "sale": 7, "sku": "umbrella-red", "buyer": "u1", "quantity": 1,
 *       "amount": 990, "currency": "EUR", "at": "2030-01-02T10:00:00.000Z" }
 *
 * `amount` is whole cents, `sku` is null where the sale has none, `at` is when it was paid (refunded). A refund is told
 * only of money that came in after the settlement, for an order that had ended: the shop never had it as an order.
 */
const SHOP_MESSAGE_VERSION = 1

export type ShopMessageKind = 'paid' | 'refunded'

export interface ShopMessage {
  kind: ShopMessageKind
  sale: number
  number: number
  sku: string | null
  buyer: string
  quantity: number
  amountCents: number
  currency: string
  /** ms since 1970. */
  at: number
}

export const shopMessageId = ({ sale, number }: Pick<ShopMessage, 'sale' | 'number'>): string =>
  `${sale}-${number}`

export function encodeShopMessage(message: ShopMessage): Buffer {
  const { kind, sale, sku, buyer, quantity, amountCents, currency, at } = message
  return Buffer.from(
    JSON.stringify({
      ...{ v: SHOP_MESSAGE_VERSION, kind, order: shopMessageId(message), sale, sku, buyer, quantity },
      ...{ amount: amountCents, currency, at: new Date(at).toISOString() },
    }),
  )
}
