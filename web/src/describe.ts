import { challengeView } from './challenge-view.ts'
import type { Desk } from './desk.ts'
import { countdownParts, seconds } from './duration.ts'
import { formatMoney } from './money.ts'
import { isFinal } from './place.ts'
import { placeView } from './place-view.ts'
import { wordsFor } from './refusal-words.ts'
import { stateAt } from './sale.ts'
import type { View } from './view.ts'

/** The closing time is a figure only when it is near: before, it would be haste without need. */
const CLOSING_MS = 600_000
/** From when on the challenge is offered ahead of the opening; challenge_lead_s of the door's tunables. */
const EARLY_MS = 60_000

/** Says in words and figures how things stand at `now`. Pure: the same desk and time give the same view. */
export function describe(given: Desk, now: number): View {
  const { refusal } = given
  const over = refusal && now >= refusal.until && wordsFor(refusal.code).passing
  const desk = over ? { ...given, refusal: undefined } : given
  if (desk.joining) return joiningView(desk)
  if (desk.challenge && mayBuy(desk, now)) return challengeView(desk.challenge, desk.sale.opensAt - now)
  if (desk.place) return placeView(desk, desk.place, now)
  return saleView(desk, now)
}

/** Whether a click could still take a place: another tab may have one meanwhile, or the sale be over. */
const mayBuy = ({ place, sale }: Desk, now: number): boolean =>
  (!place || isFinal(place.state)) && ['open', 'upcoming'].includes(stateAt(sale, now))

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
  if (refusal?.code === 'unknown_sale') return refusedView(refusal, now)
  const state = stateAt(sale, now)
  if (state === 'upcoming') return upcomingView(desk, now)
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
      others: true,
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

function upcomingView({ sale, pass }: Desk, now: number): View {
  const left = sale.opensAt - now
  const asks = sale.challenge !== undefined && sale.challenge !== 'none'
  const early = asks && pass === undefined && left <= EARLY_MS
  const detail = asks
    ? pass === undefined
      ? 'This sale asks a small question of every buyer. You can answer it in the last minute before the opening.'
      : 'You have answered the question. The button opens by itself.'
    : 'The button opens by itself. There is no need to reload this page.'
  return {
    tone: 'quiet',
    eyebrow: 'Upcoming',
    headline: 'Opens soon',
    detail,
    figure: { label: 'Opens in', parts: countdownParts(left) },
    quantity: true,
    buy: early
      ? { label: 'Answer the question now', enabled: true }
      : { label: 'Not open yet', enabled: false },
  }
}

function openView(desk: Desk, now: number): View {
  const left = desk.sale.closesAt - now
  return {
    tone: 'live',
    eyebrow: 'Open now',
    headline: 'It’s open',
    detail: 'First come, first served: one click takes your place in line.',
    ...(left < CLOSING_MS ? { figure: { label: 'Closes in', parts: countdownParts(left) } } : {}),
    quantity: true,
    buy: { label: buyLabel(desk), enabled: true },
  }
}

function refusedView(refusal: { code: string; until: number }, now: number): View {
  const { eyebrow = 'Not yet', headline, detail, again } = wordsFor(refusal.code)
  const wait = refusal.until - now
  return {
    tone: refusal.code === 'unauthenticated' ? 'quiet' : 'bad',
    eyebrow,
    headline,
    detail,
    quantity: again,
    ...(again
      ? { buy: { label: wait > 0 ? `Try again in ${seconds(wait)}` : 'Try again', enabled: wait <= 0 } }
      : {}),
  }
}

function buyLabel({ sale, quantity }: Desk): string {
  return quantity > 1 ? `Buy ${quantity} for ${formatMoney(sale.price * quantity, sale.currency)}` : 'Buy now'
}
