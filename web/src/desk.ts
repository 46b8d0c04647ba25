import { countdownParts, roughly, seconds } from './duration.ts'
import { clockTime } from './format-time.ts'
import { formatMoney } from './money.ts'
import type { Place } from './place.ts'
import { wordsFor } from './refusal-words.ts'
import { type SaleCard, stateAt } from './sale.ts'
import { TICKET_WORDS } from './ticket-words.ts'
import type { View } from './view.ts'

/** Everything that decides what the buyer sees. Times are ms on the server's clock. */
export interface Desk {
  sale: SaleCard
  quantity: number
  place?: Place | undefined
  /** A click is on its way; `attempts` counts those that the network swallowed. */
  joining?: { attempts: number } | undefined
  /** The last click's refusal, and when another one may help. */
  refusal?: { code: string; until: number } | undefined
}

const DAY_MS = 86_400_000

/** Says in words and figures how things stand at `now`. Pure: the same desk and time give the same view. */
export function describe(given: Desk, now: number): View {
  const { refusal } = given
  const over = refusal && now >= refusal.until && wordsFor(refusal.code).passing
  const desk = over ? { ...given, refusal: undefined } : given
  if (desk.joining) return joiningView(desk)
  if (desk.place) return placeView(desk, desk.place, now)
  return saleView(desk, now)
}

function joiningView({ joining }: Desk): View {
  const lost = (joining?.attempts ?? 0) > 0
  return {
    tone: 'live',
    eyebrow: 'One moment',
    headline: lost ? 'Still trying to reach the shop' : 'Taking your place in line',
    detail: lost
      ? 'The connection broke. We keep asking for you; you get one place however often we ask.'
      : 'One click is enough.',
    buy: { label: lost ? 'Trying again …' : 'Joining …', enabled: false },
  }
}

function saleView(desk: Desk, now: number): View {
  const { sale, refusal } = desk
  const state = stateAt(sale, now)
  if (state === 'upcoming') {
    return {
      tone: 'quiet',
      eyebrow: 'Upcoming',
      headline: 'Opens soon',
      detail: 'The button opens by itself. There is no need to reload this page.',
      figure: { label: 'Opens in', parts: countdownParts(sale.opensAt - now) },
      quantity: true,
      buy: { label: 'Not open yet', enabled: false },
    }
  }
  if (state === 'sold_out') {
    return {
      tone: 'bad',
      eyebrow: 'Sold out',
      headline: 'Sold out',
      detail: 'Every unit has found a buyer. If one comes back, the button opens here again.',
      buy: { label: 'Sold out', enabled: false },
    }
  }
  if (state === 'ended') {
    return {
      tone: 'quiet',
      eyebrow: 'Ended',
      headline: 'This sale has ended',
      detail: 'Thank you for coming. Have a look at what is next.',
    }
  }
  if (state === 'paused') {
    return {
      tone: 'quiet',
      eyebrow: 'Paused',
      headline: 'The sale is paused',
      detail: 'The shop has paused this sale. It goes on here by itself; keep this page open.',
      quantity: true,
      buy: { label: 'Paused', enabled: false },
    }
  }
  return refusal ? refusedView(refusal, now) : openView(desk, now)
}

function openView(desk: Desk, now: number): View {
  const left = desk.sale.closesAt - now
  return {
    tone: 'live',
    eyebrow: 'Open now',
    headline: 'It’s open',
    detail: 'First come, first served: one click takes your place in line.',
    ...(left < DAY_MS ? { figure: { label: 'Closes in', parts: countdownParts(left) } } : {}),
    quantity: true,
    buy: { label: buyLabel(desk), enabled: true },
  }
}

function refusedView(refusal: { code: string; until: number }, now: number): View {
  const { headline, detail, again } = wordsFor(refusal.code)
  const wait = refusal.until - now
  return {
    tone: 'bad',
    eyebrow: 'Not yet',
    headline,
    detail,
    quantity: again,
    ...(again
      ? { buy: { label: wait > 0 ? `Try again in ${seconds(wait)}` : 'Try again', enabled: wait <= 0 } }
      : {}),
  }
}

function placeView(desk: Desk, place: Place, now: number): View {
  const words = TICKET_WORDS[place.state]
  const { sale, refusal } = desk
  const view: View = { ...words, facts: [['Ticket', `No. ${place.number.toLocaleString('en')}`]] }
  if (place.quantity > 1) view.facts?.push(['Units', String(place.quantity)])
  if (place.state === 'waiting') {
    const { position, etaMs } = place
    if (position !== undefined) {
      view.headline = position === 1 ? 'You are next' : words.headline
      view.figure = {
        label: 'Your place in line',
        parts: [{ value: position.toLocaleString('en'), unit: '' }],
      }
      view.progress = { done: place.firstPosition - position + 1, of: place.firstPosition + 1 }
    }
    if (etaMs !== undefined)
      view.facts?.unshift(['Waiting time', roughly(Math.max(0, etaMs - (now - place.seenAt)))])
    view.canLeave = true
  }
  if (place.state === 'released') view.progress = { done: 1, of: 1 }
  if (place.order !== undefined) view.facts?.unshift(['Order', place.order])
  if (place.state === 'awaiting_payment') {
    if (place.payBy !== undefined) {
      view.figure = { label: 'Pay within', parts: countdownParts(place.payBy - now) }
      view.facts?.push(['Pay by', clockTime(place.payBy)])
    }
    view.pay = formatMoney(sale.price * place.quantity, sale.currency)
  }
  const state = stateAt(sale, now)
  if (words.again && (state === 'open' || place.state === 'duplicate')) {
    const wait = (refusal?.until ?? 0) - now
    view.buy = { label: wait > 0 ? `${words.again} in ${seconds(wait)}` : words.again, enabled: wait <= 0 }
    if (refusal) view.detail = wordsFor(refusal.code).detail
  }
  return view
}

function buyLabel({ sale, quantity }: Desk): string {
  return quantity > 1 ? `Buy ${quantity} for ${formatMoney(sale.price * quantity, sale.currency)}` : 'Buy now'
}
