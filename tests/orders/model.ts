import type { PaymentState } from '../../contract/payments/payment-row.ts'
import type { OrderState, RefusedState } from '../../contract/words.ts'

/** An order as the model believes it to be. */
export interface ModelOrder {
  number: number
  buyer: string
  quantity: number
  state: OrderState
  payment: PaymentState | 'none'
  /** Whether its time to pay is over. */
  overdue: boolean
  /** Whether its payment was written down so long ago that it can not reach the provider any more. */
  old: boolean
  /** Whether the provider is to be asked now. */
  due: boolean
  restored: boolean
}

/** What the whole system is believed to hold, in words of its own. */
export interface Model {
  stock: number
  standby: number
  deduct: 'order' | 'payment' | 'hold'
  /** Every ticket that was handed out. */
  tickets: Map<number, { buyer: string; quantity: number }>
  orders: Map<number, ModelOrder>
  refusals: Map<number, RefusedState>
  /** Whether something was committed that Redis was not told: then only MySQL can be predicted. */
  untold: boolean
}

export const isLive = ({ state }: ModelOrder): boolean =>
  state === 'awaiting_payment' || state === 'expiring' || state === 'paid'

/** Units that an order holds or has sold. */
export const unitsOf = ({ deduct }: Model, order: ModelOrder): number =>
  order.state === 'paid' || (deduct !== 'payment' && isLive(order)) ? order.quantity : 0

export const sold = (model: Model): number =>
  [...model.orders.values()].reduce((sum, order) => sum + unitsOf(model, order), 0)

export const paid = ({ orders }: Model): number =>
  [...orders.values()].reduce((sum, { state, quantity }) => sum + (state === 'paid' ? quantity : 0), 0)

/** Units that a new order may take: where payments take them, orders may await for `standby` units more than there are. */
export function room(model: Model): number {
  if (model.deduct !== 'payment') return model.stock - sold(model)
  const awaiting = [...model.orders.values()].filter((order) => isLive(order) && order.state !== 'paid')
  return model.stock + model.standby - paid(model) - awaiting.reduce((sum, order) => sum + order.quantity, 0)
}

export const liveOrderOf = ({ orders }: Model, buyer: string): ModelOrder | undefined =>
  [...orders.values()].find((order) => order.buyer === buyer && isLive(order))

/** A ticket became an order. */
export function ordered(model: Model, number: number): void {
  const { buyer, quantity } = model.tickets.get(number)!
  model.orders.set(number, {
    ...{ number, buyer, quantity, state: 'awaiting_payment', payment: 'none' },
    ...{ overdue: false, old: false, due: false, restored: false },
  })
}

/** An order ended without money: what it held goes back. */
export function ended(model: Model, order: ModelOrder, state: 'expired' | 'cancelled'): void {
  order.state = state
  if (order.payment !== 'none') order.payment = 'void'
  order.due = false
  order.restored = model.deduct !== 'payment'
}

/** Money came in for an order. */
export function settled(model: Model, order: ModelOrder): void {
  if (['succeeded', 'refunding', 'refunded'].includes(order.payment)) return
  const live = isLive(order)
  const holds = live && model.deduct !== 'payment'
  const mayClaim = order.state !== 'cancelled' && (live || !liveOrderOf(model, order.buyer))
  const gets = holds || (mayClaim && model.stock - sold(model) >= order.quantity)
  order.state = gets ? 'paid' : 'refunding'
  order.payment = gets ? 'succeeded' : 'refunding'
  order.due = !gets
}

/** The sweep: what is overdue ends, or is asked about. */
export function swept(model: Model): void {
  for (const order of model.orders.values()) {
    if (order.state !== 'awaiting_payment' || !order.overdue) continue
    if (order.payment === 'none') ended(model, order, 'expired')
    else {
      order.state = 'expiring'
      order.due = true
    }
  }
}

/** A day goes by. */
export function dayPassed({ orders }: Model): void {
  for (const order of orders.values()) {
    order.overdue = true
    order.old = order.payment !== 'none'
    order.due = order.state === 'expiring' || order.state === 'refunding'
  }
}
