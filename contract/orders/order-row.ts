import type { OrderState } from '../words.ts'

export interface OrderKey {
  sale: number
  number: number
}

/** An order's row, as far as its life needs it. Times are ms since 1970, money is whole cents. */
export interface OrderRow extends OrderKey {
  buyer: string
  quantity: number
  amountCents: number
  currency: string
  state: OrderState
  version: number
  takesWhenPaid: boolean
  payBy: number
}

/** What the database gives for {@link ORDER_COLUMNS}. */
export interface OrderColumns {
  number: number
  buyer: string
  quantity: number
  amount_cents: number
  currency: string
  state: OrderState
  version: number
  takes_when_paid: number
  pay_by: Date
}

export const ORDER_COLUMNS =
  'number, buyer, quantity, amount_cents, currency, state, version, takes_when_paid, pay_by'

export const toOrder = (sale: number, row: OrderColumns): OrderRow => ({
  ...{ sale, number: Number(row.number), buyer: row.buyer, quantity: row.quantity },
  ...{ amountCents: Number(row.amount_cents), currency: row.currency },
  ...{ state: row.state, version: row.version },
  ...{ takesWhenPaid: row.takes_when_paid === 1, payBy: row.pay_by.getTime() },
})
