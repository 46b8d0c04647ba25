/** An article of the shop's inventory, as `GET /api/inventory` tells it. */
export interface Article {
  sku: string
  title: string
  onHand: number
}
