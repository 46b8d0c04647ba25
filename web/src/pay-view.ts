import type { Desk } from './desk.ts'
import { countdownParts, seconds } from './duration.ts'
import { clockTime } from './format-time.ts'
import { formatMoney } from './money.ts'
import { payWordsFor } from './pay-words.ts'
import type { Place } from './place.ts'
import type { View } from './view.ts'

const DOING = {
  opening: 'Opening the payment page …',
  leaving: 'To the payment page …',
  cancelling: 'Cancelling …',
} as const

/** Adds to the view of an unpaid order how to pay it, by when, and how to give it up. */
export function payView(view: View, { sale, payment }: Desk, place: Place, now: number): void {
  const { payBy } = place
  if (place.confirming) {
    view.tone = 'live'
    view.eyebrow = 'Payment'
    view.headline = 'Your payment is being confirmed'
    view.detail =
      'The payment page says that it went through. This page shows when it has arrived, usually within seconds. Your order is kept meanwhile.'
    return
  }
  if (place.state !== 'awaiting_payment') return
  if (payBy !== undefined && payBy <= now) {
    view.tone = 'quiet'
    view.eyebrow = 'Time is up'
    view.headline = 'The time to pay is over'
    view.detail = 'One moment: we are making sure how your order ended.'
    return
  }
  if (payBy !== undefined) {
    view.figure = { label: 'Pay within', parts: countdownParts(payBy - now) }
    view.facts?.push(['Pay by', clockTime(payBy)])
  }
  const price = formatMoney(place.amount ?? sale.price * place.quantity, sale.currency)
  if (payment && 'doing' in payment) {
    view.pay = { label: DOING[payment.doing], enabled: false }
    return
  }
  view.canCancel = true
  if (!payment) {
    view.pay = { label: `Pay now, ${price}`, enabled: true }
    return
  }
  const wait = payment.until - now
  const { note, again } = payWordsFor(payment.refused)
  view.pay = {
    label: wait > 0 ? `Pay now in ${seconds(wait)}` : `Pay now, ${price}`,
    enabled: again && wait <= 0,
    note,
  }
}
