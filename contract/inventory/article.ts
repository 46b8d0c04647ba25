/** An article of the shop. `received` = `onHand` + what sales have, where the books are right. */
export interface Article {
  sku: string
  title: string
  /** Units in the shop's own shelves. */
  onHand: number
  /** Units that came into the shop. */
  received: number
  /** Units that sales took and have not given back. */
  inSales: number
}
