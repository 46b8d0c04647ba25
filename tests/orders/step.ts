import type fc from 'fast-check'
import type { OrderRow } from '../../contract/orders/order-row.ts'
import type { ReleaseMessage } from '../../contract/release-message.ts'
import { allPaid } from '../../contract/sales.ts'
import type { Backends } from '../../workers/orders/serve-batch.ts'
import type { Reconciler } from '../../workers/reconcile/reconcile.ts'
import { checkAll } from './check.ts'
import type { Model } from './model.ts'
import type { Books } from './read-books.ts'
import type { Shop } from './shop.ts'

/** The real system, and what a test remembers of it. */
export interface Real {
  shop: Shop
  reconciler: Reconciler
  /** Every message that the broker ever got; any of them may come again. */
  messages: ReleaseMessage[]
  /** Everything that was ever to be told of an order, to be told again, late. */
  tellings: { row: OrderRow; final: number }[]
  books: Books
}

export type Step = fc.AsyncCommand<Model, Real>
/** Whether Redis hears what is told of orders. */
export type Ears = 'deaf' | undefined

/** One step: it says how the model moves and does the same to the real thing; then everything is compared. */
export function step(name: string, run: (model: Model, real: Real) => Promise<void>, edges = 1): Step {
  return {
    check: () => true,
    async run(model, real) {
      await run(model, real)
      real.books = await checkAll(real.shop, model, real.books, edges)
      remember(real)
    },
    toString: () => name,
  }
}

function remember({ shop, books, tellings }: Real): void {
  for (const order of books.orders.values()) {
    const known = tellings.some(({ row }) => row.number === order.number && row.version === order.version)
    if (known) continue
    const { number, buyer, quantity, currency, state, version } = order
    const row: OrderRow = {
      ...{ sale: shop.sale, number, buyer, quantity, currency, state, version, takesWhenPaid: false },
      ...{ amountCents: Number(order.amount_cents), payBy: order.pay_by.getTime() },
    }
    tellings.push({ row, final: allPaid(books.sale) })
  }
}

export const pick = <T>(from: Iterable<T>, index: number): T | undefined => {
  const all = [...from]
  return all.length === 0 ? undefined : all[index % all.length]
}

export const backendsOf = ({ shop }: Real, ears: Ears): Backends =>
  ears === 'deaf' ? shop.deaf : shop.backends
