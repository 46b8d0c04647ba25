import type { Desk } from './desk.ts'
import { roughly, seconds } from './duration.ts'
import { payView } from './pay-view.ts'
import { isUnpaid, type Place } from './place.ts'
import { wordsFor } from './refusal-words.ts'
import { stateAt } from './sale.ts'
import { TICKET_WORDS } from './ticket-words.ts'
import type { View } from './view.ts'

const STANDBY =
  'You stand by: every unit has somebody ahead of you. When one comes back, it goes to the next in line.'

/** What a buyer with a ticket sees: where it stands, and what can be done with it. */
export function placeView(desk: Desk, place: Place, now: number): View {
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
    // Without a waiting time there are more people ahead than units: only one that comes back can be theirs.
    if (etaMs === undefined) view.detail = STANDBY
    view.facts?.unshift([
      'Waiting time',
      etaMs === undefined ? 'not known yet' : roughly(etaMs - (now - place.seenAt)),
    ])
    if (refusal?.code === 'unauthenticated') view.detail = wordsFor(refusal.code).detail
    view.canLeave = true
  }
  if (place.state === 'released') view.progress = { done: 1, of: 1 }
  if (place.order !== undefined) view.facts?.unshift(['Order', place.order])
  if (isUnpaid(place.state)) payView(view, desk, place, now)
  const state = stateAt(sale, now)
  if (words.again && (state === 'open' || place.state === 'duplicate')) {
    const wait = (refusal?.until ?? 0) - now
    view.buy = { label: wait > 0 ? `${words.again} in ${seconds(wait)}` : words.again, enabled: wait <= 0 }
    if (refusal) view.detail = wordsFor(refusal.code).detail
  }
  return view
}
