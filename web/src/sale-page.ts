import { buyButton } from './buy-button.ts'
import { call, type Refusal } from './call.ts'
import { quantityChoice } from './choose-quantity.ts'
import { followTicket } from './follow-ticket.ts'
import { holdDesk } from './hold-desk.ts'
import { leaveButton } from './leave-line.ts'
import { localTimes } from './local-times.ts'
import { find } from './paint-desk.ts'
import { cameBackPaid, payButtons } from './pay-order.ts'
import { isFinal, isNews, isUnpaid, type Place, seen } from './place.ts'
import { rememberPlace } from './remember-place.ts'
import { readSale } from './sale.ts'
import { signInBox } from './sign-in.ts'
import { takeRefusal } from './take-refusal.ts'
import { watchSale } from './watch-sale.ts'

// The sale page: one desk (what is known, and how it is shown), and the events that change it.
const printed = readSale(find('main'))
const { id } = printed
const CONFIRMING_MS = 60_000

const desk = holdDesk(printed, () => {
  desk.syncClock()
  lookAtSale()
  follower.lookNow()
})
const placeNow = (): Place | undefined => desk.get().place
const quantity = quantityChoice((chosen) => desk.change({ quantity: chosen }))
const memory = rememberPlace(id, (place) => {
  // The same ticket is shown, not polled at once: tabs that answered each other's writes would never stop.
  const known = placeNow()
  if (place === undefined || place.ticket !== known?.ticket) return take(place, 500)
  if (!isNews(known, place)) return
  if (isFinal(place.state)) follower.follow(undefined, 0)
  desk.change({ place })
})
const signIn = signInBox(() => {
  find('#buy').focus()
  const clicked = desk.get().refusal?.code === 'unauthenticated' && !placeNow()
  // What somebody else answered does not count for this buyer.
  desk.set({ refusal: undefined, pass: undefined })
  if (clicked) buy()
  else take(placeNow(), 0)
})
const buy = buyButton(desk, { clicked: signIn.hide, joined: keep, refused: refuse })

/** Takes over a place (undefined: none), and follows it to its end, first looking after `lookInMs`. */
function take(place: Place | undefined, lookInMs: number): void {
  const over = place === undefined || isFinal(place.state)
  follower.follow(over ? undefined : place.ticket, lookInMs)
  if (over) lookAtSale()
  desk.change({ place })
}

/** Takes over a place and tells the other tabs. */
function keep(place: Place | undefined, lookInMs: number): void {
  memory.write(place)
  take(place, lookInMs)
}

function refuse(refusal: Refusal): void {
  if (refusal.code === 'not_open') desk.syncClock()
  if (refusal.code === 'unauthenticated') void signIn.needed()
  desk.change(takeRefusal(desk.get(), refusal, desk.now()))
}

const follower = followTicket((ticket, answer, nextMs) => {
  const place = placeNow()
  if (place?.ticket !== ticket) return false
  if (answer.kind === 'lost') desk.lost(nextMs)
  else desk.found()
  if (answer.kind === 'ok') {
    const now = seen(place, answer.body, desk.now())
    memory.write(now)
    if (isFinal(now.state)) lookAtSale()
    desk.change({ place: now })
    if (now.order !== undefined && now.amount === undefined) void readAmount(now.order)
    return true
  }
  const refused = answer.kind === 'refused' && (answer.status === 404 || answer.status === 401)
  if (refused && answer.status === 404) keep(undefined, 0)
  if (refused) refuse(answer)
  else desk.paint()
  return !refused
})

/** Asks the order for its price: another device may have joined with another quantity than is chosen here. */
async function readAmount(order: string): Promise<void> {
  const answer = await call<{ amount: number; quantity: number }>('GET', `/api/orders/${order}`)
  const known = placeNow()
  if (answer.kind !== 'ok' || known?.order !== order) return
  const { amount, quantity } = answer.body
  const place = { ...known, amount, quantity }
  memory.write(place)
  desk.change({ place })
}

const lookAtSale = watchSale(
  id,
  () => {
    const place = placeNow()
    return document.visibilityState === 'visible' && (!place || isFinal(place.state))
  },
  (answer, nextMs) => {
    if (answer.kind === 'lost') desk.lost(nextMs)
    else desk.found()
    if (answer.kind === 'ok') {
      const sale = { ...answer.body, perUser: answer.body.perUser ?? printed.perUser }
      quantity.limit(sale.perUser)
      localTimes(sale)
      desk.change({ sale })
    } else if (answer.kind === 'refused' && answer.code === 'unknown_sale') refuse(answer)
    else desk.paint()
  },
)

leaveButton(
  () => placeNow()?.ticket,
  (ticket, answer) => {
    const place = placeNow()
    if (place?.ticket !== ticket) return
    if (answer.kind === 'ok') keep({ ...place, state: 'left', seenAt: desk.now() }, 0)
    else if (answer.kind === 'refused' && answer.code === 'unauthenticated') refuse(answer)
    // Too late, most likely: the turn has come. The next look tells.
    else follower.lookNow()
  },
)

payButtons({
  order: () => {
    const place = placeNow()
    return place && isUnpaid(place.state) ? place.order : undefined
  },
  now: desk.now,
  show: (payment) => desk.change({ payment }),
  cancelled: (order) => {
    const place = placeNow()
    if (place?.order === order) keep({ ...place, state: 'cancelled', seenAt: desk.now() }, 0)
  },
  refused: ({ code }) => {
    if (code === 'unauthenticated') void signIn.needed()
    else follower.lookNow()
  },
})

/** The payment page said that it went through. Should no word of it arrive, the buyer may pay after all. */
function awaitConfirmation(place: Place): void {
  setTimeout(() => {
    const now = placeNow()
    if (now?.confirming) keep({ ...now, confirming: false }, 0)
  }, CONFIRMING_MS)
  if (!place.confirming) keep({ ...place, confirming: true }, 0)
}

quantity.limit(printed.perUser)
localTimes(printed)
desk.syncClock()
const stored = memory.read()
take(stored, 0)
const paid = cameBackPaid()
if (stored?.order !== undefined) {
  if (isUnpaid(stored.state) && (paid || stored.confirming)) awaitConfirmation(stored)
  // Also what looks like an end is asked once: a late payment may have changed it while nobody looked.
  else follower.follow(stored.ticket, 0)
}
